// Requests that concern one port, and their responses (spec 04 §8).

import type { Direction, IpAddr, IpCidr, Ipv4Addr, Ipv6Addr, MacAddr, Uint64 } from "opte-api";
import type { ExternalIpv4Cfg, ExternalIpv6Cfg, InternetGatewayMap } from "./external-ip-cfg.js";
import type { FirewallRule } from "./firewall-rule.js";
import type { RouterEntry } from "./router-entry.js";
import type { SourceFilter } from "./source-filter.js";
import type { VpcCfg } from "./vpc-cfg.js";

export interface CreateXdeReq {
  /** Link of the port in the operating system's data-link layer, as dlmgmtd has given it out; says nothing on a userspace device. */
  readonly linkid: number;
  /** The port's name. */
  readonly xdeDevname: string;
  readonly cfg: VpcCfg;
  /** Advertised to the guest, in bytes; absent: {@link DEFAULT_MTU}. */
  readonly mtu?: number;
}

export interface DeleteXdeReq {
  readonly xdeDevname: string;
}

export interface ListPortsResp {
  readonly ports: readonly PortInfo[];
}

export interface PortInfo {
  readonly name: string;
  readonly macAddr: MacAddr;
  readonly ip4Addr?: Ipv4Addr;
  readonly ephemeralIp4Addr?: Ipv4Addr;
  readonly floatingIp4Addrs?: readonly Ipv4Addr[];
  readonly ip6Addr?: Ipv6Addr;
  readonly ephemeralIp6Addr?: Ipv6Addr;
  readonly floatingIp6Addrs?: readonly Ipv6Addr[];
  /** State of the port's life cycle. */
  readonly state: string;
}

export interface AddFwRuleReq {
  readonly portName: string;
  readonly rule: FirewallRule;
}

/** The answer to our own form of adding a rule. */
export interface AddFwRuleIdResp {
  /** Names the rule among those of its direction; never given twice. */
  readonly id: Uint64;
}

export interface RemFwRuleReq {
  readonly portName: string;
  readonly dir: Direction;
  readonly id: Uint64;
}

export interface SetFwRulesReq {
  readonly portName: string;
  readonly rules: readonly FirewallRule[];
}

export interface AddRouterEntryReq extends RouterEntry {
  readonly portName: string;
}

export type DelRouterEntryReq = AddRouterEntryReq;

export type DelRouterEntryResp = { readonly kind: "ok" } | { readonly kind: "notFound" };

export interface SetExternalIpsReq {
  readonly portName: string;
  /** Absent: the port has no external IPv4 address any more. */
  readonly externalIpsV4?: ExternalIpv4Cfg;
  /** Absent: the port has no external IPv6 address any more. */
  readonly externalIpsV6?: ExternalIpv6Cfg;
  /** Absent: every external address belongs to the gateway without UUID. */
  readonly inetGwMap?: InternetGatewayMap;
}

export interface AllowCidrReq {
  readonly portName: string;
  readonly cidr: IpCidr;
  readonly dir: Direction;
}

export type RemoveCidrReq = AllowCidrReq;

export type RemoveCidrResp = { readonly kind: "ok"; readonly cidr: IpCidr } | { readonly kind: "notFound" };

export interface AttachSubnetReq {
  readonly portName: string;
  readonly cidr: IpCidr;
  readonly cfg: { readonly isExternal: boolean };
}

export interface DetachSubnetReq {
  readonly portName: string;
  readonly cidr: IpCidr;
}

export type DetachSubnetResp = RemoveCidrResp;

export interface McastSubscribeReq {
  readonly portName: string;
  readonly group: IpAddr;
  readonly filter: SourceFilter;
}

export interface McastUnsubscribeReq {
  readonly portName: string;
  readonly group: IpAddr;
}

export interface McastUnsubscribeAllReq {
  readonly group: IpAddr;
}
