// The configuration of a port in a VPC (spec 04 §2.1).

import type { DomainName, IpAddr, IpCidr, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, MacAddr, Vni } from "opte-api";
import type { ExternalIpCfg } from "./external-ip-cfg.js";

/** What a port is created with. */
export interface VpcCfg {
  readonly ipCfg: IpCfg;
  readonly guestMac: MacAddr;
  /** The MAC address that the port answers with, and that packets to the guest come from. */
  readonly gatewayMac: MacAddr;
  /** The VPC. */
  readonly vni: Vni;
  /** Underlay address of the sled. */
  readonly physIp: Ipv6Addr;
  readonly dhcp: DhcpCfg;
}

/** Addresses of a port in one family or in both; which, is settled for the port's life. */
export type IpCfg =
  { readonly ipv4: Ipv4Cfg; readonly ipv6?: Ipv6Cfg } | { readonly ipv4?: undefined; readonly ipv6: Ipv6Cfg };

/** Makes {@link IpCfg} values. */
export const IpCfg = {
  /** The configuration of these families; `undefined` if there is none. */
  of: (ipv4: Ipv4Cfg | undefined, ipv6: Ipv6Cfg | undefined): IpCfg | undefined => {
    if (ipv4 !== undefined) return ipv6 === undefined ? { ipv4 } : { ipv4, ipv6 };
    return ipv6 === undefined ? undefined : { ipv6 };
  },
} as const;

/** Addresses of a port in one family. */
export interface IpFamilyCfg<Ip extends IpAddr, Cidr extends IpCidr> {
  /** Says where the port belongs; no rule follows from it. */
  readonly vpcSubnet: Cidr;
  /** The guest's one address. */
  readonly privateIp: Ip;
  /** The address that an IPv4 guest knows its gateway by. An IPv6 guest knows it by the link-local address of the gateway MAC. */
  readonly gatewayIp: Ip;
  readonly externalIps: ExternalIpCfg<Ip>;
  /** In ascending order, each CIDR once. */
  readonly attachedSubnets: readonly AttachedSubnet<Cidr>[];
  /** In ascending order, each CIDR once. */
  readonly transitIps: readonly TransitIp<Cidr>[];
}

export type Ipv4Cfg = IpFamilyCfg<Ipv4Addr, Ipv4Cidr>;
export type Ipv6Cfg = IpFamilyCfg<Ipv6Addr, Ipv6Cidr>;

/** Addresses that are the guest's as much as its private one (spec 04 §7). */
export interface AttachedSubnet<Cidr extends IpCidr> {
  readonly cidr: Cidr;
  /** Whether they leave the VPC as they are, without NAT. */
  readonly isExternal: boolean;
}

/** Addresses of others that may pass through the guest (spec 04 §7). */
export interface TransitIp<Cidr extends IpCidr> {
  readonly cidr: Cidr;
  /** As destination of packets to the guest. */
  readonly allowIn: boolean;
  /** As source of packets of the guest. */
  readonly allowOut: boolean;
}

/** What DHCP tells the guest besides its addresses. */
export interface DhcpCfg {
  readonly hostname?: DomainName;
  readonly hostDomain?: DomainName;
  readonly domainSearchList: readonly DomainName[];
  readonly dns4Servers: readonly Ipv4Addr[];
  readonly dns6Servers: readonly Ipv6Addr[];
}

/** No options. */
export const NO_DHCP_OPTIONS: DhcpCfg = { domainSearchList: [], dns4Servers: [], dns6Servers: [] };

const MAX_NAT_PORTS_PER_FAMILY = 0xffff;

/** How many flows a port's NAT may have to know, whatever its external addresses are (spec 04 §2.1). */
export function requiredNatSpace({ ipv4, ipv6 }: IpCfg): number {
  return (ipv4 === undefined ? 0 : MAX_NAT_PORTS_PER_FAMILY) + (ipv6 === undefined ? 0 : MAX_NAT_PORTS_PER_FAMILY);
}
