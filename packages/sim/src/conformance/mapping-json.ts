// Dumps of a sled's mappings in the vectors' JSON form.

import type {
  DumpMcast2PhysResp,
  DumpVirt2BoundaryResp,
  DumpVirt2PhysResp,
  GuestPhysAddr,
  TunnelEndpoint,
} from "oxide-vpc/api";
import type { Json } from "./json.js";

export function v2pJson({ mappings }: DumpVirt2PhysResp): Json {
  const rows = (entries: readonly (readonly [{ toString(): string }, GuestPhysAddr])[]): Json =>
    entries.map(([ip, phys]) => [
      ip.toString(),
      { ether: phys.ether.toString().toLowerCase(), ip: phys.ip.toString() },
    ]);
  return { mappings: mappings.map(({ vni, ip4, ip6 }) => ({ vni, ip4: rows(ip4), ip6: rows(ip6) })) };
}

export function v2bJson({ mappings }: DumpVirt2BoundaryResp): Json {
  const rows = (entries: readonly (readonly [{ toString(): string }, readonly TunnelEndpoint[]])[]): Json =>
    entries.map(([cidr, endpoints]) => [cidr.toString(), endpoints.map(({ ip, vni }) => ({ ip: ip.toString(), vni }))]);
  return { mappings: { ip4: rows(mappings.ip4), ip6: rows(mappings.ip6) } };
}

export function m2pJson({ ip4, ip6 }: DumpMcast2PhysResp): Json {
  const rows = (entries: readonly (readonly [{ toString(): string }, { toString(): string }])[]): Json =>
    entries.map(([group, underlay]) => [group.toString(), underlay.toString()]);
  return { ip4: rows(ip4), ip6: rows(ip6) };
}
