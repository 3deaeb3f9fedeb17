// Tries a conformance suite: right implementations must pass it, and for each of its rules a wrong one must be caught.

import { describe, expect, it } from "vitest";
import type { TestCase } from "../src/testing/index.js";

/** A wrong implementation. */
export interface Mutant {
  /** What is wrong with it: "goes back". */
  readonly fault: string;
  /** Name of the rule that must catch it; other rules may fail as well. */
  readonly rule: string;
  readonly suite: readonly TestCase[];
}

/** Describes tests of the suite called `name`. */
export function trySuite(
  name: string,
  right: Readonly<Record<string, readonly TestCase[]>>,
  mutants: readonly Mutant[],
): void {
  describe(name, () => {
    for (const [what, suite] of Object.entries(right)) {
      describe(`passes ${what}, which`, () => {
        for (const test of suite) it(test.name, test.run);
      });
    }

    it.each(mutants)("catches what $fault", async ({ rule, suite }) => {
      const test = suite.find((each) => each.name === rule);
      expect(test, `a rule "${rule}"`).toBeDefined();
      const failure = await failureOf(test);
      expect(failure).toBeInstanceOf(Error);
      expect(String(failure)).toMatch(/^Error: .{10}/);
    });

    it("has a mutant for every rule", () => {
      const rules = new Set(Object.values(right).flatMap((suite) => suite.map((test) => test.name)));
      expect(new Set(mutants.map((mutant) => mutant.rule))).toEqual(rules);
    });
  });
}

async function failureOf(test: TestCase | undefined): Promise<unknown> {
  try {
    await test?.run();
    return undefined;
  } catch (error) {
    return error;
  }
}
