// Multicast forwarding and subscriptions in the reference's text.

import { IpAddr } from "opte-api";
import {
  type DumpMcastForwardingResp,
  type DumpMcastSubscriptionsResp,
  Replication,
  type SourceFilter,
} from "oxide-vpc/api";
import { BOLD_RULE, cells, compatText, RULE } from "./compat-text.js";

/** What `dump-mcast-fwd` writes. The rule under the header keeps it from being aligned with the rows. */
export function compatMcastForwarding({ entries }: DumpMcastForwardingResp): string {
  return compatText([
    "Multicast Forwarding Table",
    BOLD_RULE,
    "",
    cells("GROUP IP", "UNDERLAY IP", "VNI", "REPLICATION", "FILTER"),
    RULE,
    ...entries.flatMap(({ underlay, nextHops }) =>
      nextHops.map(({ nextHop, replication, sourceFilter }) =>
        cells(
          underlay.address.toReferenceString(),
          nextHop.addr.toReferenceString(),
          String(nextHop.vni),
          Replication.format(replication),
          filterText(sourceFilter),
        ),
      ),
    ),
    "",
  ]);
}

/** What `dump-mcast-subs` writes. */
export function compatMcastSubscriptions({ entries }: DumpMcastSubscriptionsResp): string {
  return compatText([
    "Multicast Subscriptions",
    BOLD_RULE,
    "",
    cells("UNDERLAY GROUP", "PORT", "FILTER"),
    RULE,
    ...entries.flatMap(({ underlay, subscribers }) =>
      subscribers.map(({ port, filter }) => cells(underlay.address.toReferenceString(), port, filterText(filter))),
    ),
    "",
  ]);
}

function filterText({ kind, sources }: SourceFilter): string {
  const mode = kind.toUpperCase();
  if (sources.length === 0) return `${mode}() (${kind === "include" ? "none" : "any"})`;
  return `${mode}(${sources.map(IpAddr.toReferenceString).join(", ")})`;
}
