// Runs whole vector files and counts.

import type { CommandLine } from "./command-line.js";
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
  /** Gives the command line tool that `print` and `cli` are about; asked for by those only. */
  readonly commandLine: () => Promise<CommandLine>;
  /** Told of every scenario and record as it is done. */
  readonly onReport: (report: Report) => void;
}

/** Runs the vectors of `options`. @throws Error naming file and line if one cannot be read. */
export async function runConformance(options: ConformanceOptions): Promise<Tally> {
  const tally = new Tally();
  const areas = new Set(options.areas);
  for (const file of options.files) {
    for (const { position, vector } of readVectorFile(file)) {
      const report = await atPosition(position, async () =>
        areas.size > 0 && !areas.has(vectorArea(vector)) ? undefined : runVector(vector, options.commandLine),
      );
      if (report === undefined) continue;
      tally.add(report);
      options.onReport(report);
      if (options.bail && report.mismatches.length > 0) return tally;
    }
  }
  return tally;
}
