// Mappings as ours show them: one table each, whatever the family, so that every line says all of its mapping. What maps to nothing has a
// line as well.

import type {
  DumpMcast2PhysResp,
  DumpMcastForwardingResp,
  DumpMcastSubscriptionsResp,
  DumpVirt2BoundaryResp,
  DumpVirt2PhysResp,
} from "oxide-vpc/api";
import { Replication, SourceFilter } from "oxide-vpc/api";
import { ABSENT, left, right, type Table } from "./table.js";

/** What `dump-v2p` shows. */
export function v2pTables({ mappings }: DumpVirt2PhysResp): Table[] {
  return [
    {
      columns: [right("VNI"), left("GUEST IP"), left("GUEST MAC"), left("UNDERLAY IP")],
      rows: mappings.flatMap(({ vni, ip4, ip6 }) =>
        atLeastOne(
          [...ip4, ...ip6].map(([vip, { ether, ip }]) => [
            String(vni),
            vip.toString(),
            ether.toString(),
            ip.toString(),
          ]),
          [String(vni), ABSENT, ABSENT, ABSENT],
        ),
      ),
    },
  ];
}

/** What `dump-v2b` shows. */
export function v2bTables({ mappings: { ip4, ip6 } }: DumpVirt2BoundaryResp): Table[] {
  return [
    {
      columns: [left("PREFIX"), left("BOUNDARY IP"), right("VNI")],
      rows: [...ip4, ...ip6].flatMap(([prefix, endpoints]) =>
        atLeastOne(
          endpoints.map(({ ip, vni }) => [prefix.toString(), ip.toString(), String(vni)]),
          [prefix.toString(), ABSENT, ABSENT],
        ),
      ),
    },
  ];
}

/** What `dump-m2p` shows. */
export function m2pTables({ ip4, ip6 }: DumpMcast2PhysResp): Table[] {
  return [
    {
      columns: [left("OVERLAY GROUP"), left("UNDERLAY GROUP")],
      rows: [...ip4, ...ip6].map(([group, underlay]) => [group.toString(), underlay.toString()]),
    },
  ];
}

/** What `dump-mcast-fwd` shows. */
export function mcastForwardingTables({ entries }: DumpMcastForwardingResp): Table[] {
  return [
    {
      columns: [left("UNDERLAY GROUP"), left("NEXT HOP"), right("VNI"), left("REPLICATION"), left("SOURCES")],
      rows: entries.flatMap(({ underlay, nextHops }) =>
        atLeastOne(
          nextHops.map(({ nextHop, replication, sourceFilter }) => [
            underlay.toString(),
            nextHop.addr.toString(),
            String(nextHop.vni),
            Replication.format(replication),
            SourceFilter.format(sourceFilter),
          ]),
          [underlay.toString(), ABSENT, ABSENT, ABSENT, ABSENT],
        ),
      ),
    },
  ];
}

/** What `dump-mcast-subs` shows. */
export function mcastSubscriptionTables({ entries }: DumpMcastSubscriptionsResp): Table[] {
  return [
    {
      columns: [left("UNDERLAY GROUP"), left("PORT"), left("SOURCES")],
      rows: entries.flatMap(({ underlay, subscribers }) =>
        atLeastOne(
          subscribers.map(({ port, filter }) => [underlay.toString(), port, SourceFilter.format(filter)]),
          [underlay.toString(), ABSENT, ABSENT],
        ),
      ),
    },
  ];
}

function atLeastOne(rows: readonly string[][], otherwise: string[]): readonly string[][] {
  return rows.length === 0 ? [otherwise] : rows;
}
