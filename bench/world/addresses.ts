// Who is who on the bench: one guest, its peers inside the VPC and outside of it.

import { type IpAddr, Ipv4Addr, Ipv6Addr, MacAddr, Vni } from "opte-api";

export const VNI: Vni = Vni.of(1287581);
export const GUEST_MAC: MacAddr = MacAddr.parse("A8:40:25:FA:FA:37");
export const PEER_MAC: MacAddr = MacAddr.parse("A8:40:25:F0:00:66");
export const GUEST_PHYS_IP: Ipv6Addr = Ipv6Addr.parse("fd00:0:f7:101::1");
export const PEER_PHYS_IP: Ipv6Addr = Ipv6Addr.parse("fd00:0:f7:116::1");
/** The address that the guest knows its gateway by. */
export const GATEWAY_IP: Ipv4Addr = Ipv4Addr.parse("172.30.0.1");
/** Boundary services: the way out of the rack and into it. */
export const BOUNDARY_IP: Ipv6Addr = Ipv6Addr.parse("fd00:99::1");

/** Peers of a flow, of which there are as many by their last 32 bits. */
export const PEERS = 1024;

interface FamilyAddresses<Ip extends IpAddr> {
  readonly guest: Ip;
  /** Source NAT shares this one. */
  readonly snat: Ip;
  /** A floating address, the guest's alone. */
  readonly floating: Ip;
  /** The first guest of the VPC that is a peer. */
  readonly inside: Ip;
  /** The first host outside of the rack that is a peer. */
  readonly outside: Ip;
}

export const ADDRESSES: { readonly 4: FamilyAddresses<Ipv4Addr>; readonly 6: FamilyAddresses<Ipv6Addr> } = {
  4: {
    guest: Ipv4Addr.parse("172.30.0.5"),
    snat: Ipv4Addr.parse("10.77.77.13"),
    floating: Ipv4Addr.parse("10.77.77.14"),
    inside: Ipv4Addr.parse("172.30.4.0"),
    outside: Ipv4Addr.parse("8.8.0.0"),
  },
  6: {
    guest: Ipv6Addr.parse("fd00::5"),
    snat: Ipv6Addr.parse("2001:db8::1"),
    floating: Ipv6Addr.parse("2001:db8::2"),
    inside: Ipv6Addr.parse("fd00::1:0:400"),
    outside: Ipv6Addr.parse("2001:db8:8::400"),
  },
};

/** The last 32 bits of an address. */
export function lastWord(ip: IpAddr): number {
  return ip.family === 4 ? ip.value : ip.words[3];
}
