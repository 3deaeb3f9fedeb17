// What came of one scenario or record.

import type { Difference } from "./compare.js";

/** One disagreement with what was recorded. */
export interface Mismatch {
  /** What was done, as in `steps[3] packet out`; empty for a record, which is one thing only. */
  readonly where: string;
  /** What went wrong where nothing could be compared. */
  readonly problem?: string;
  readonly differences: readonly Difference[];
  /** Input and both output frames of a packet, where there are any. */
  readonly frames?: { readonly input: Uint8Array; readonly expected?: Uint8Array; readonly actual?: Uint8Array };
}

/** Result of one scenario or record; it passed if there are no mismatches. */
export interface Report {
  readonly area: string;
  /** Part of the area that is counted by itself as well, as the type of a text record. */
  readonly group?: string;
  /** Name of the scenario; of a record, its input. */
  readonly name: string;
  readonly mismatches: readonly Mismatch[];
  /** Deviation rules that applied, by their weakness. */
  readonly deviations: readonly string[];
}

/** A report that says only that this cannot be run. */
export function failedReport(report: Omit<Report, "mismatches" | "deviations">, problem: string): Report {
  return { ...report, mismatches: [{ where: "", problem, differences: [] }], deviations: [] };
}
