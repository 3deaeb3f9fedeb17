// Places on the underlay (spec 04 §8).

import type { Ipv6Addr, MacAddr, Vni } from "opte-api";

/** Where a guest is. */
export interface GuestPhysAddr {
  /** The guest's MAC address. */
  readonly ether: MacAddr;
  /** Underlay address of its sled. */
  readonly ip: Ipv6Addr;
}

/** Where a guest is, and in which VPC. */
export interface PhysNet extends GuestPhysAddr {
  readonly vni: Vni;
}

/** Where boundary services take in packets. Two with the same address are the same, whatever their VNIs. */
export interface TunnelEndpoint {
  readonly ip: Ipv6Addr;
  readonly vni: Vni;
}

/** Where multicast packets are forwarded to. */
export interface NextHopV6 {
  readonly addr: Ipv6Addr;
  readonly vni: Vni;
}

/** How packets from the outside come: who sends them, in which network, and from which inner MAC address. */
export interface BoundaryServices {
  readonly ip: Ipv6Addr;
  readonly vni: Vni;
  readonly mac: MacAddr;
}
