// What `npm run bench` runs: every group of cases in a process of its own, on the built packages, one after the other.

import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CASE_GROUPS } from "./cases/index.ts";
import type { CaseGroup } from "./harness/case-group.ts";
import type { Row } from "./harness/row.ts";
import { comparisonTable } from "./report/comparison.ts";
import { publishNewest, saveResults } from "./report/performance-page.ts";
import { describeRun, loadNow, readResults, type Results } from "./report/results.ts";
import { rowCells, TABLE_HEAD } from "./report/text.ts";
import { tableText } from "./table.ts";

/** Groups that have not begun by then run as in a quick run, so that a run ends in ten minutes on a machine that is busy too. */
const HURRY_AFTER_MS = 7 * 60_000;

/** Where profiles go; not kept in git. */
const PROFILES = fileURLToPath(new URL("profile/", import.meta.url));

const { values: options } = parseArgs({
  options: {
    filter: { type: "string", default: "" },
    json: { type: "string" },
    compare: { type: "string" },
    quick: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    publish: { type: "boolean", default: false },
    page: { type: "boolean", default: false },
    profile: { type: "string" },
  },
});

if (options.list) console.log(CASE_GROUPS.map(({ name }) => name).join("\n"));
else if (options.page) publishNewest();
else if (options.profile !== undefined) await profileCase(options.profile);
else await runAll();

async function runAll(): Promise<void> {
  const earlier = options.compare === undefined ? undefined : readResults(options.compare);
  const run = describeRun(options.quick);
  const rows: Row[] = [];
  const hurried: string[] = [];
  const start = performance.now();
  for (const group of CASE_GROUPS.filter(mayHave)) {
    const isLate = performance.now() - start > HURRY_AFTER_MS;
    if (isLate) hurried.push(group.name);
    rows.push(...(await runGroup(group, [options.filter, options.quick || isLate ? "quick" : "full"])));
  }
  const results: Results = { ...run, load: [run.load[0], loadNow()], hurried, rows };
  console.log(`\n${tableText({ title: titleOf(results), head: TABLE_HEAD, rows: rows.map(rowCells) })}`);
  if (earlier !== undefined) console.log(`\n${tableText(comparisonTable(earlier, results))}`);
  if (options.json !== undefined) {
    mkdirSync(dirname(options.json), { recursive: true });
    writeFileSync(options.json, `${JSON.stringify(results, undefined, 1)}\n`);
  }
  if (options.publish) {
    console.log(`Kept as ${saveResults(results)}`);
    publishNewest();
  }
}

/** Runs one case, for long, with a profile. */
async function profileCase(name: string): Promise<void> {
  const group = CASE_GROUPS.find((each) => name.startsWith(each.name));
  if (group === undefined)
    throw new Error(`Cannot profile "${name}": no group of cases begins so; --list has them all`);
  await runGroup(group, [name, "profile", PROFILES]);
}

/** Whether a group is asked for: by a filter that may name its rows, or by none. */
function mayHave({ name, isLong = false }: CaseGroup): boolean {
  if (options.filter === "") return !(options.quick && isLong);
  const choices = options.filter.split(",").map((choice) => choice.split(" ")[0] ?? "");
  return choices.some((word) => name.startsWith(word) || word.startsWith(name) || !word.includes("/"));
}

/** Runs a group, and prints its rows as they come. @param args what child.ts takes behind the name */
function runGroup({ name, flags = [] }: CaseGroup, args: readonly string[]): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const rows: Row[] = [];
    const child = fork(new URL("child.ts", import.meta.url), [name, ...args], { execArgv: ["--expose-gc", ...flags] });
    child.on("message", (row: Row) => {
      rows.push(row);
      console.log(
        rowCells(row)
          .filter((cell) => cell !== "")
          .join("  "),
      );
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve(rows);
      else reject(new Error(`The cases of ${name} ended with ${code ?? "a signal"}`));
    });
  });
}

function titleOf({ node, commit, isDirty, machine, load }: Results): string {
  return `Node ${node}, ${machine.cpu}, ${machine.cores} cores, load ${load.join(" → ")}, ${commit}${isDirty ? " and changes" : ""}`;
}
