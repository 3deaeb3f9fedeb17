// Requests that concern all ports of a sled: mappings and multicast forwarding, and their responses (spec 04 §8).

import type { IpAddr, IpCidr, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, MulticastUnderlay, Vni } from "opte-api";
import type { GuestPhysAddr, NextHopV6, PhysNet, TunnelEndpoint } from "./phys-net.js";
import type { Replication } from "./replication.js";
import type { SourceFilter } from "./source-filter.js";

export interface SetVirt2PhysReq {
  readonly vip: IpAddr;
  readonly phys: PhysNet;
}

/** Only the VNI of `phys` counts. */
export type ClearVirt2PhysReq = SetVirt2PhysReq;

/** In ascending order of VNI. */
export interface DumpVirt2PhysResp {
  readonly mappings: readonly VpcMapResp[];
}

/** The guests of a VPC, in ascending order of address. */
export interface VpcMapResp {
  readonly vni: Vni;
  readonly ip4: readonly (readonly [Ipv4Addr, GuestPhysAddr])[];
  readonly ip6: readonly (readonly [Ipv6Addr, GuestPhysAddr])[];
}

export interface SetVirt2BoundaryReq {
  readonly vip: IpCidr;
  /** Added to those that the prefix has. */
  readonly tep: readonly TunnelEndpoint[];
}

/** Of `tep` only the addresses count. */
export type ClearVirt2BoundaryReq = SetVirt2BoundaryReq;

/** In ascending order of prefix and, within a prefix, of address. */
export interface DumpVirt2BoundaryResp {
  readonly mappings: {
    readonly ip4: readonly (readonly [Ipv4Cidr, readonly TunnelEndpoint[]])[];
    readonly ip6: readonly (readonly [Ipv6Cidr, readonly TunnelEndpoint[]])[];
  };
}

export interface SetMcast2PhysReq {
  readonly group: IpAddr;
  readonly underlay: MulticastUnderlay;
}

/** Only the group counts. */
export type ClearMcast2PhysReq = SetMcast2PhysReq;

/** In ascending order of group. */
export interface DumpMcast2PhysResp {
  readonly ip4: readonly (readonly [Ipv4Addr, MulticastUnderlay])[];
  readonly ip6: readonly (readonly [Ipv6Addr, MulticastUnderlay])[];
}

export interface McastForwardingNextHop {
  readonly nextHop: NextHopV6;
  readonly replication: Replication;
  readonly sourceFilter: SourceFilter;
}

export interface SetMcastForwardingReq {
  readonly underlay: MulticastUnderlay;
  readonly nextHops: readonly McastForwardingNextHop[];
}

export interface ClearMcastForwardingReq {
  readonly underlay: MulticastUnderlay;
}

export interface DumpMcastForwardingResp {
  readonly entries: readonly SetMcastForwardingReq[];
}

export interface McastSubscriber {
  readonly port: string;
  readonly filter: SourceFilter;
}

export interface DumpMcastSubscriptionsResp {
  readonly entries: readonly {
    readonly underlay: MulticastUnderlay;
    readonly subscribers: readonly McastSubscriber[];
  }[];
}
