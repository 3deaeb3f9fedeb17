// Schema of a port's addresses and DHCP options.

import { type IpAddr, IpCidr, PortRange } from "opte-api";
import * as v from "valibot";
import type { ExternalIpCfg } from "../external-ip-cfg.js";
import { type DhcpCfg, IpCfg, type IpFamilyCfg, type Ipv4Cfg, type Ipv6Cfg, NO_DHCP_OPTIONS } from "../vpc-cfg.js";
import { domainNameSchema, ipv4CidrSchema, ipv4Schema, ipv6CidrSchema, ipv6Schema } from "./address-schema.js";
import { booleanSchema, integerSchema } from "./text-schema.js";

const portNumber = integerSchema(0, 0xffff);
const flag = v.optional(booleanSchema(), false);

const portRange = v.pipe(
  v.strictTuple([portNumber, portNumber]),
  v.transform(([first, last]) => new PortRange(first, last)),
);

/** A port's addresses; at least one family is there. */
export const ipCfgSchema: v.GenericSchema<unknown, IpCfg> = v.pipe(
  v.strictObject({
    ipv4: v.exactOptional(familySchema(ipv4Schema, ipv4CidrSchema)),
    ipv6: v.exactOptional(familySchema(ipv6Schema, ipv6CidrSchema)),
  }),
  v.metadata({ minProperties: 1 }),
  v.rawTransform<{ ipv4?: Ipv4Cfg; ipv6?: Ipv6Cfg }, IpCfg>(({ dataset, addIssue, NEVER }) => {
    const ipCfg = IpCfg.of(dataset.value.ipv4, dataset.value.ipv6);
    if (ipCfg !== undefined) return ipCfg;
    addIssue({ message: 'Expected "ipv4", "ipv6" or both' });
    return NEVER;
  }),
);

/** What DHCP tells the guest. */
export const dhcpSchema: v.GenericSchema<unknown, DhcpCfg> = v.optional(
  v.strictObject({
    hostname: v.exactOptional(domainNameSchema),
    hostDomain: v.exactOptional(domainNameSchema),
    domainSearchList: v.optional(v.array(domainNameSchema), []),
    dns4Servers: v.optional(v.array(ipv4Schema), []),
    dns6Servers: v.optional(v.array(ipv6Schema), []),
  }),
  NO_DHCP_OPTIONS,
);

function familySchema<Ip extends IpAddr, Cidr extends IpCidr>(
  ip: v.GenericSchema<unknown, Ip>,
  cidr: v.GenericSchema<unknown, Cidr>,
): v.GenericSchema<unknown, IpFamilyCfg<Ip, Cidr>> {
  return v.strictObject({
    vpcSubnet: cidr,
    privateIp: ip,
    gatewayIp: ip,
    externalIps: externalIpsSchema(ip),
    attachedSubnets: cidrMapSchema(v.strictObject({ cidr, isExternal: flag })),
    transitIps: cidrMapSchema(v.strictObject({ cidr, allowIn: flag, allowOut: flag })),
  });
}

function externalIpsSchema<Ip extends IpAddr>(
  ip: v.GenericSchema<unknown, Ip>,
): v.GenericSchema<unknown, ExternalIpCfg<Ip>> {
  return v.optional(
    v.strictObject({
      snat: v.exactOptional(v.strictObject({ externalIp: ip, ports: portRange })),
      ephemeralIp: v.exactOptional(ip),
      floatingIps: v.optional(v.array(ip), []),
    }),
    {},
  );
}

/** A list that stands for a map by CIDR: no two entries have the same, host bits aside; sorted when it is read. */
function cidrMapSchema<Entry extends { readonly cidr: IpCidr }>(
  entry: v.GenericSchema<unknown, Entry>,
): v.GenericSchema<unknown, readonly Entry[]> {
  return v.optional(
    v.pipe(
      v.array(entry),
      v.rawTransform<Entry[], readonly Entry[]>(({ dataset, addIssue }) => {
        const sorted = dataset.value.toSorted((a, b) => IpCidr.compare(a.cidr, b.cidr));
        sorted.forEach(({ cidr }, i) => {
          const next = sorted[i + 1];
          if (next !== undefined && IpCidr.equals(cidr, next.cidr)) {
            addIssue({ message: `CIDR "${cidr.toString()}" occurs more than once` });
          }
        });
        return sorted;
      }),
    ),
    [],
  );
}
