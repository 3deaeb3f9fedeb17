// What became of multicast, counted, as the reference's opte-mcast-delivery tells it at its end (spec 05 §19.2).

import type { TraceEvent } from "opte-api";
import { fieldText } from "./trace-columns.js";
import { left, right, type Table } from "./table/table.js";

const NEXT_HOP_EVENTS: ReadonlySet<string> = new Set(["UNDERLAY", "EXTERNAL", "FWD_FILT"]);
const PORT_EVENTS: ReadonlySet<string> = new Set(["DELIVER", "FILTERED"]);
const CONFIG_EVENT = /^(?:MAP|FWD)_(?:SET|CLEAR)$|SUBSCRIBE/;

/** What is counted: the title, and what an event counts for, if anything. */
const COUNTED: readonly (readonly [title: string, keyOf: (event: TraceEvent) => string | undefined])[] = [
  ["EVENT", (event) => fieldText(event, "event")],
  ["EVENT, VNI", (event) => `${fieldText(event, "event") ?? ""}, ${fieldText(event, "vni") ?? ""}`],
  ["OVERLAY GROUP", (event) => fieldText(event, "group")],
  ["UNDERLAY GROUP", (event) => fieldText(event, "underlayMcast")],
  ["PORT", (event) => ofEvents(PORT_EVENTS, event, "portOrNextHop")],
  ["NEXT HOP", (event) => ofEvents(NEXT_HOP_EVENTS, event, "routeUnicast")],
  ["FILTER MODE", (event) => fieldText(event, "mode")],
  [
    "CONFIG OPERATION",
    (event) => {
      const name = fieldText(event, "event");
      return name !== undefined && CONFIG_EVENT.test(name) ? name : undefined;
    },
  ],
];

/** Counts events of `mcast-delivery`. */
export class McastSummary {
  readonly #counts = COUNTED.map(([title, keyOf]) => ({ title, keyOf, byKey: new Map<string, number>() }));

  /** Counts an event. */
  add(event: TraceEvent): void {
    for (const { keyOf, byKey } of this.#counts) {
      const key = keyOf(event);
      if (key !== undefined) byKey.set(key, (byKey.get(key) ?? 0) + 1);
    }
  }

  /** One table for each thing that is counted, most frequent first; none for what did not occur. */
  tables(): Table[] {
    return this.#counts
      .filter(({ byKey }) => byKey.size > 0)
      .map(({ title, byKey }) => ({
        columns: [left(title), right("COUNT")],
        rows: [...byKey].sort((a, b) => b[1] - a[1]).map(([key, count]) => [key, String(count)]),
      }));
  }
}

function ofEvents(names: ReadonlySet<string>, event: TraceEvent, field: string): string | undefined {
  return names.has(fieldText(event, "event") ?? "") ? fieldText(event, field) : undefined;
}
