// Mappings in the reference's text.

import { type IpAddr, IpCidr } from "opte-api";
import type {
  DumpMcast2PhysResp,
  DumpVirt2BoundaryResp,
  DumpVirt2PhysResp,
  GuestPhysAddr,
  TunnelEndpoint,
} from "oxide-vpc/api";
import { BOLD_RULE, cells, type Chunk, compatText, RULE } from "./compat-text.js";

/** What `dump-v2p` writes. */
export function compatV2p({ mappings }: DumpVirt2PhysResp): string {
  return compatText(
    ["Virtual to Physical Mappings", BOLD_RULE],
    ...mappings.flatMap(({ vni, ip4, ip6 }): Chunk[] => [
      ["", `VPC ${vni}`, RULE, "", "IPv4 mappings", RULE, ...guests(ip4)],
      ["", "IPv6 mappings", RULE, ...guests(ip6)],
    ]),
  );
}

function guests(entries: readonly (readonly [IpAddr, GuestPhysAddr])[]): Chunk {
  return [
    cells("VPC_IP", "VPC MAC ADDR", "UNDERLAY IP"),
    ...entries.map(([ip, { ether, ip: underlay }]) => cells(ip.toString(), ether.toString(), underlay.toString())),
  ];
}

/** What `dump-v2b` writes. */
export function compatV2b({ mappings: { ip4, ip6 } }: DumpVirt2BoundaryResp): string {
  return compatText(
    ["Virtual to Boundary Mappings", BOLD_RULE, "", "IPv4 mappings", RULE, ...prefixes(ip4)],
    ["", "IPv6 mappings", RULE, ...prefixes(ip6), ""],
  );
}

function prefixes(entries: readonly (readonly [IpCidr, readonly TunnelEndpoint[]])[]): Chunk {
  return [
    cells("TUNNELED PREFIX", "BOUNDARY IP", "VNI"),
    ...entries.flatMap(([prefix, endpoints]) =>
      endpoints.map(({ ip, vni }) => cells(IpCidr.toReferenceString(prefix), ip.toReferenceString(), String(vni))),
    ),
  ];
}

/** What `dump-m2p` writes. */
export function compatM2p({ ip4, ip6 }: DumpMcast2PhysResp): string {
  return compatText(
    ["Multicast to Physical Mappings (M2P)", BOLD_RULE, "", "IPv4 groups", RULE, ...groups(ip4)],
    ["", "IPv6 groups", RULE, ...groups(ip6), ""],
  );
}

function groups(entries: DumpMcast2PhysResp["ip4"] | DumpMcast2PhysResp["ip6"]): Chunk {
  return [
    cells("OVERLAY GROUP", "UNDERLAY MCAST"),
    ...entries.map(([group, { address }]) => cells(group.toString(), address.toReferenceString())),
  ];
}
