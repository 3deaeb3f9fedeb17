// Dumps by the page, for tables too large to be copied at once.
//
// A page looks at a run of the table's slots. An entry keeps its slot for life, so one that is there from the first page to the last
// is on exactly one of them, whatever happens to others between.

import { Errno, OpteError } from "opte-api";
import type { FlowId } from "../flow/flow-id.js";
import type { FlowTable } from "../flow/flow-table.js";

/**
 * A part of a table's dump. Of a table that changes between the pages, entries that are there all the time appear exactly once, each as
 * it was when its page was taken. One that came or went meanwhile may appear or not; a flow that went and came again may appear twice.
 */
export interface DumpPage<Entry> {
  /** In no order that means anything. May be empty although there is a next page. */
  readonly entries: readonly (readonly [FlowId, Entry])[];
  /** Cursor of the next page; absent on the last one. */
  readonly next: number | undefined;
}

/**
 * @param cursor 0, or `next` of the page before; beyond the table the page is empty
 * @param max most slots to look at, so most entries of the page
 * @throws OpteError `System` with `EINVAL` naming the parameter that is wrong
 */
export function dumpPage<Entry>(
  table: FlowTable,
  cursor: number,
  max: number,
  entryAt: (slot: number) => Entry,
): DumpPage<Entry> {
  requireInteger("cursor", cursor, 0);
  requireInteger("max", max, 1);
  const end = Math.min(cursor + max, table.slotEnd);
  const entries: (readonly [FlowId, Entry])[] = [];
  for (let slot = cursor; slot < end; slot++) {
    if (table.isUsed(slot)) entries.push([table.flowId(slot), entryAt(slot)]);
  }
  return { entries, next: end < table.slotEnd ? end : undefined };
}

function requireInteger(name: string, value: number, min: number): void {
  if (Number.isSafeInteger(value) && value >= min) return;
  throw new OpteError({
    kind: "System",
    errno: Errno.EINVAL,
    msg: `${name} is ${value}: must be an integer of at least ${min}`,
  });
}
