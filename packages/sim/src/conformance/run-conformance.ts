// Runs whole vector files and counts.

import type { Report } from "./report.js";
import { runVector, vectorArea } from "./run-vector.js";
import { Tally } from "./tally.js";
import { atPosition, readVectorFile } from "./vector-files.js";

/** What to run, and who is told. */
export interface ConformanceOptions {
  /** Vector files, in the order in which they are run. */
  readonly files: readonly string[];
  /** Only these areas; all of them if empty. */
  readonly areas: readonly string[];
  /** Whether to stop behind the first scenario or record that fails. */
  readonly bail: boolean;
  /** Told of every scenario and record as it is done. */
  readonly onReport: (report: Report) => void;
}

/** Runs the vectors of `options`. @throws Error naming file and line if one cannot be read. */
export function runConformance(options: ConformanceOptions): Tally {
  const tally = new Tally();
  const areas = new Set(options.areas);
  for (const file of options.files) {
    for (const { position, vector } of readVectorFile(file)) {
      const report = atPosition(position, () =>
        areas.size > 0 && !areas.has(vectorArea(vector)) ? undefined : runVector(vector),
      );
      if (report === undefined) continue;
      tally.add(report);
      options.onReport(report);
      if (options.bail && report.mismatches.length > 0) return tally;
    }
  }
  return tally;
}
