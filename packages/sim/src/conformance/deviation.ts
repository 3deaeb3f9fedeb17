// Deviation rules: where the reference has a defect that our design need not share, what we answer instead
// (vectors/FORMAT.md, "Deviations").

import type { ScenarioOp, StepResult } from "./scenario.js";
import type { SubjectPort } from "./subject.js";

/**
 * One allowed difference. It is a rule and not a list of scenarios: it sees the operations and their recorded results,
 * never a scenario's name, and must not depend on particular addresses.
 */
export interface DeviationRule {
  /** The weakness it rests on, as in `"02 W2"`: spec document and W number. */
  readonly weakness: string;
  /** What differs and why, in one sentence. */
  readonly sentence: string;
  /**
   * Begins to watch a scenario.
   *
   * @param makeTwin makes another port like the scenario's, for rules whose expectation is what a like operation gives there.
   */
  watch(makeTwin: () => SubjectPort): DeviationWatch;
}

/** A rule's view of one running scenario. */
export interface DeviationWatch {
  /**
   * Sees every operation of the scenario in order, setup and start included.
   *
   * @param expected the recorded result, or what an earlier rule made of it.
   * @returns our expected result where the rule applies, which is then checked like any other; else `undefined`.
   */
  expect(op: ScenarioOp, expected: StepResult): StepResult | undefined;
}
