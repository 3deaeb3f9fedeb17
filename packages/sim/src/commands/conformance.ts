// `opte-sim conformance`: runs recorded vectors and says where we differ from them.

import type { Command } from "commander";
import { type CommandLine, loadCommandLine } from "../conformance/command-line.js";
import { explainReport } from "../conformance/explain.js";
import type { Report } from "../conformance/report.js";
import { runConformance } from "../conformance/run-conformance.js";
import type { Tally } from "../conformance/tally.js";
import { tallyTable } from "../conformance/tally-table.js";
import { findVectorFiles } from "../conformance/vector-files.js";
import { UserError } from "xde-binding/program";

interface ConformanceFlags {
  readonly area: readonly string[];
  readonly bail?: true;
  readonly json?: true;
  readonly opteadm?: string;
}

/** Adds the command to `program`. */
export function addConformanceCommand(program: Command): void {
  program
    .command("conformance")
    .description("run recorded vectors, and explain every result that differs from the recorded one")
    .argument("<path...>", "vector files (.jsonl, .jsonl.gz) or folders of them")
    .option("--area <name>", "run this area only; may be given several times", collect, [])
    .option("--bail", "stop at the first failure")
    .option("--json", "write one JSON object a line")
    .option("--opteadm <module>", 'whose command line the areas print and cli are about; else the package "opteadm"')
    .action(async (paths: string[], flags: ConformanceFlags) => {
      const tally = await asUserError(() =>
        runConformance({
          files: findVectorFiles(paths),
          areas: flags.area,
          bail: flags.bail === true,
          commandLine: once(() => loadCommandLine(flags.opteadm)),
          onReport: flags.json === true ? writeJson : writeText,
        }),
      );
      writeTally(tally, flags.json === true);
      if (tally.total.passed + tally.total.failed === 0) throw new UserError("No vector of the chosen areas was found");
      if (tally.total.failed > 0) process.exitCode = 1;
    });
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

/** Errors of reading the vectors are the user's to put right. */
async function asUserError<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Loads a module when it is first asked for. */
function once(load: () => Promise<CommandLine>): () => Promise<CommandLine> {
  let loaded: Promise<CommandLine> | undefined;
  return () => (loaded ??= load());
}

function writeText(report: Report): void {
  if (report.mismatches.length === 0) return;
  for (const line of explainReport(report)) console.log(line);
}

function writeJson(report: Report): void {
  const { area, group, name, mismatches, deviations } = report;
  const result = mismatches.length === 0 ? "passed" : "failed";
  const explained = mismatches.map(({ where, problem, differences }) => ({ where, problem, differences }));
  console.log(JSON.stringify({ kind: "vector", area, group, name, result, mismatches: explained, deviations }));
}

/** The counts, whose last line is the same in both forms; in JSON it is kept out of the way of machines. */
function writeTally(tally: Tally, json: boolean): void {
  const { passed, failed } = tally.total;
  const lastLine = `${passed} passed, ${failed} failed`;
  if (json) {
    for (const { name, deviations, ...counts } of tally.rows) {
      console.log(JSON.stringify({ kind: "area", name, ...counts, deviations: Object.fromEntries(deviations) }));
    }
    console.log(JSON.stringify({ kind: "total", passed, failed, touched: tally.touched }));
    console.error(lastLine);
    return;
  }
  for (const line of tallyTable(tally)) console.log(line);
  console.log(lastLine);
}
