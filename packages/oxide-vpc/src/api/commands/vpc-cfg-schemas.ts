// Schemas of a port's configuration (spec 05 §4).

import type { IpAddr, IpCidr } from "opte-api";
import {
  bool,
  converted,
  domainName,
  ipv4Addr,
  ipv4Cidr,
  ipv6Addr,
  ipv6Cidr,
  list,
  macAddr,
  option,
  portRange,
  type Schema,
  sortedMap,
  struct,
  variants,
  vni,
} from "opte-api/codec";
import type { ExternalIpCfg, ExternalIpv4Cfg, ExternalIpv6Cfg, SnatCfg } from "../external-ip-cfg.js";
import type { AttachedSubnet, DhcpCfg, IpCfg, IpFamilyCfg, Ipv4Cfg, Ipv6Cfg, TransitIp, VpcCfg } from "../vpc-cfg.js";

export const externalIpv4Cfg: Schema<ExternalIpv4Cfg> = externalIpCfg(ipv4Addr);
export const externalIpv6Cfg: Schema<ExternalIpv6Cfg> = externalIpCfg(ipv6Addr);

type AttachedSubnetCfg = Omit<AttachedSubnet<IpCidr>, "cidr">;
type TransitIpCfg = Omit<TransitIp<IpCidr>, "cidr">;

/** What belongs to an attached subnet besides its prefix. */
export const attachedSubnetCfg: Schema<AttachedSubnetCfg> = struct<AttachedSubnetCfg>({ isExternal: bool });

const transitIpCfg: Schema<TransitIpCfg> = struct<TransitIpCfg>({ allowIn: bool, allowOut: bool });

type WireIpCfg =
  | { readonly kind: "ipv4"; readonly ipv4: Ipv4Cfg }
  | { readonly kind: "ipv6"; readonly ipv6: Ipv6Cfg }
  | { readonly kind: "dualStack"; readonly ipv4: Ipv4Cfg; readonly ipv6: Ipv6Cfg };

const ipv4Cfg: Schema<Ipv4Cfg> = ipFamilyCfg(ipv4Addr, ipv4Cidr, (a, b) => a.compare(b));
const ipv6Cfg: Schema<Ipv6Cfg> = ipFamilyCfg(ipv6Addr, ipv6Cidr, (a, b) => a.compare(b));

const ipCfg: Schema<IpCfg> = converted<IpCfg, WireIpCfg>(
  variants<WireIpCfg>({
    ipv4: { ipv4: ipv4Cfg },
    ipv6: { ipv6: ipv6Cfg },
    dualStack: { ipv4: ipv4Cfg, ipv6: ipv6Cfg },
  }),
  ({ ipv4, ipv6 }) => {
    if (ipv4 === undefined) return { kind: "ipv6", ipv6 };
    return ipv6 === undefined ? { kind: "ipv4", ipv4 } : { kind: "dualStack", ipv4, ipv6 };
  },
  (wire) => {
    switch (wire.kind) {
      case "ipv4":
        return { ipv4: wire.ipv4 };
      case "ipv6":
        return { ipv6: wire.ipv6 };
      case "dualStack":
        return { ipv4: wire.ipv4, ipv6: wire.ipv6 };
    }
  },
);

const dhcpCfg: Schema<DhcpCfg> = struct<DhcpCfg>({
  hostname: option(domainName),
  hostDomain: option(domainName),
  domainSearchList: list(domainName),
  dns4Servers: list(ipv4Addr),
  dns6Servers: list(ipv6Addr),
});

/** What a port is created with. */
export const vpcCfg: Schema<VpcCfg> = struct<VpcCfg>({
  ipCfg,
  guestMac: macAddr,
  gatewayMac: macAddr,
  vni,
  physIp: ipv6Addr,
  dhcp: dhcpCfg,
});

function externalIpCfg<Ip extends IpAddr>(ip: Schema<Ip>): Schema<ExternalIpCfg<Ip>> {
  return struct<ExternalIpCfg<Ip>>({
    snat: option(struct<SnatCfg<Ip>>({ externalIp: ip, ports: portRange })),
    ephemeralIp: option(ip),
    floatingIps: list(ip),
  });
}

function ipFamilyCfg<Ip extends IpAddr, Cidr extends IpCidr>(
  ip: Schema<Ip>,
  cidr: Schema<Cidr>,
  compare: (a: Cidr, b: Cidr) => number,
): Schema<IpFamilyCfg<Ip, Cidr>> {
  return struct<IpFamilyCfg<Ip, Cidr>>({
    vpcSubnet: cidr,
    privateIp: ip,
    gatewayIp: ip,
    externalIps: externalIpCfg(ip),
    attachedSubnets: byCidr<Cidr, AttachedSubnetCfg>(cidr, attachedSubnetCfg, compare),
    transitIps: byCidr<Cidr, TransitIpCfg>(cidr, transitIpCfg, compare),
  });
}

/** On the wire a map from prefix to what belongs to it. */
function byCidr<Cidr, Cfg>(
  cidr: Schema<Cidr>,
  cfg: Schema<Cfg>,
  compare: (a: Cidr, b: Cidr) => number,
): Schema<readonly ({ readonly cidr: Cidr } & Cfg)[]> {
  return converted<readonly ({ readonly cidr: Cidr } & Cfg)[], readonly (readonly [Cidr, Cfg])[]>(
    sortedMap(cidr, cfg, compare),
    (items) => items.map((item) => [item.cidr, item]),
    (entries) => entries.map(([key, value]) => ({ cidr: key, ...value })),
  );
}
