// What `npm test` runs: the build, every static check, then all tests; the last line counts what passed and what failed.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Tally {
  passed: number;
  failed: number;
}

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const BUILD: Step = { name: "build", command: ["turbo", "run", "build", "--output-logs=errors-only"] };

/** Checks that read only; each counts as one. */
const CHECKS: readonly Step[] = [
  { name: "typecheck", command: ["turbo", "run", "typecheck", "--output-logs=errors-only"] },
  { name: "typecheck of the workspace", command: ["tsc", "-p", "tsconfig.json"] },
  { name: "lint", command: ["eslint", ".", "--max-warnings", "0"] },
  { name: "format", command: ["prettier", "--check", "--log-level", "warn", "."] },
  { name: "unused code and dependencies", command: ["knip", "--no-progress"] },
];

/** Runs one step with its output on this terminal; tells how it went and how long it took. */
function runStep({ name, command: [program, ...args] }: Step): boolean {
  const start = performance.now();
  process.stdout.write(`\n▶ ${name}\n`);
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
  const passed = spawnSync(program, args, { stdio: "inherit", env }).status === 0;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${passed ? "✔" : "✘"} ${name} (${seconds} s)\n`);
  return passed;
}

/** Runs all tests and counts them; a run that breaks without a failed test counts as one failure. */
function runTests(): Tally {
  const folder = mkdtempSync(join(tmpdir(), "opte-results-"));
  try {
    const file = join(folder, "results.json");
    const reporters = ["default", "./scripts/skip-reporter.ts", "json"].map((reporter) => `--reporter=${reporter}`);
    const clean = runStep({ name: "tests", command: ["vitest", "run", ...reporters, `--outputFile.json=${file}`] });
    const { passed, failed } = readTally(file);
    return { passed, failed: clean ? failed : Math.max(failed, 1) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readTally(file: string): Tally {
  try {
    const results: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof results === "object" && results !== null && "numPassedTests" in results && "numFailedTests" in results) {
      return { passed: Number(results.numPassedTests), failed: Number(results.numFailedTests) };
    }
  } catch {
    // No results were written: the run broke before its end, which the caller counts.
  }
  return { passed: 0, failed: 0 };
}

const tally: Tally = { passed: 0, failed: 0 };
const count = (passed: boolean): void => {
  if (passed) tally.passed += 1;
  else tally.failed += 1;
};

const built = runStep(BUILD);
count(built);
// Every later step reads what the build made.
if (built) {
  for (const check of CHECKS) count(runStep(check));
  const tests = runTests();
  tally.passed += tests.passed;
  tally.failed += tests.failed;
}
process.stdout.write(`\n${String(tally.passed)} passed, ${String(tally.failed)} failed\n`);
process.exitCode = tally.failed === 0 ? 0 : 1;
