// Schemas of the commands that map overlay addresses to the underlay (spec 05 §4, §5).

import {
  ipAddr,
  ipCidr,
  ipv4Addr,
  ipv4Cidr,
  ipv6Addr,
  ipv6Cidr,
  list,
  macAddr,
  multicastUnderlay,
  pair,
  type Schema,
  sortedSet,
  struct,
  vni,
} from "opte-api/codec";
import type {
  DumpMcast2PhysResp,
  DumpVirt2BoundaryResp,
  DumpVirt2PhysResp,
  SetMcast2PhysReq,
  SetVirt2BoundaryReq,
  SetVirt2PhysReq,
  VpcMapResp,
} from "../mapping-requests.js";
import type { GuestPhysAddr, PhysNet, TunnelEndpoint } from "../phys-net.js";

const guestPhysAddr: Schema<GuestPhysAddr> = struct<GuestPhysAddr>({ ether: macAddr, ip: ipv6Addr });
const tunnelEndpoint: Schema<TunnelEndpoint> = struct<TunnelEndpoint>({ ip: ipv6Addr, vni });
/** An address stands for its endpoint, so none can be in the set twice. */
const tunnelEndpoints: Schema<readonly TunnelEndpoint[]> = sortedSet(tunnelEndpoint, (a, b) => a.ip.compare(b.ip));

export const virt2PhysReq: Schema<SetVirt2PhysReq> = struct<SetVirt2PhysReq>({
  vip: ipAddr,
  phys: struct<PhysNet>({ ether: macAddr, ip: ipv6Addr, vni }),
});

export const dumpVirt2PhysResp: Schema<DumpVirt2PhysResp> = struct<DumpVirt2PhysResp>({
  mappings: list(
    struct<VpcMapResp>({
      vni,
      ip4: list(pair(ipv4Addr, guestPhysAddr)),
      ip6: list(pair(ipv6Addr, guestPhysAddr)),
    }),
  ),
});

export const virt2BoundaryReq: Schema<SetVirt2BoundaryReq> = struct<SetVirt2BoundaryReq>({
  vip: ipCidr,
  tep: list(tunnelEndpoint),
});

export const dumpVirt2BoundaryResp: Schema<DumpVirt2BoundaryResp> = struct<DumpVirt2BoundaryResp>({
  mappings: struct<DumpVirt2BoundaryResp["mappings"]>({
    ip4: list(pair(ipv4Cidr, tunnelEndpoints)),
    ip6: list(pair(ipv6Cidr, tunnelEndpoints)),
  }),
});

export const mcast2PhysReq: Schema<SetMcast2PhysReq> = struct<SetMcast2PhysReq>({
  group: ipAddr,
  underlay: multicastUnderlay,
});

export const dumpMcast2PhysResp: Schema<DumpMcast2PhysResp> = struct<DumpMcast2PhysResp>({
  ip4: list(pair(ipv4Addr, multicastUnderlay)),
  ip6: list(pair(ipv6Addr, multicastUnderlay)),
});
