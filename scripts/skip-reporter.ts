// Ends a test run with what was skipped: how many, for want of what, and their names.

import type { Reporter, TestCase, TestModule } from "vitest/node";

const NEED = / \[needs ([^\]]+)\]/g;

/** A vitest reporter to stand after the default one. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = skipLines(modules.flatMap((module) => [...module.children.allTests("skipped")]));
    for (const line of lines) process.stdout.write(`${line}\n`);
  }
}

/** One line for each need that was not met, in the order of the run. */
function skipLines(skipped: readonly TestCase[]): string[] {
  const namesByNeed = new Map<string, string[]>();
  for (const test of skipped) {
    const needs = [...test.fullName.matchAll(NEED)].map((match) => match[1]);
    const need = needs.length > 0 ? `needs ${needs.join(" and ")}` : "without a reason";
    const names = namesByNeed.get(need) ?? [];
    names.push(test.fullName.replaceAll(NEED, ""));
    namesByNeed.set(need, names);
  }
  return [...namesByNeed].map(([need, names]) => {
    const tests = names.length === 1 ? "1 test" : `${String(names.length)} tests`;
    return `skipped ${tests}: ${need}: ${names.join(", ")}`;
  });
}
