// Runs one scenario on a subject and compares every result with the recorded one.

import { compareStep } from "./compare.js";
import type { DeviationRule, DeviationWatch } from "./deviation.js";
import type { Mismatch, Report } from "./report.js";
import type { ControlOp, PacketOp, Scenario, ScenarioOp, StepResult } from "./scenario.js";
import { runOp } from "./run-op.js";
import { NotSupported, type Subject, type SubjectPort } from "./subject.js";

/**
 * Runs `scenario` on a fresh port of `subject`.
 *
 * It goes on behind a mismatch, and stops at the first exception: nothing is known of the port then.
 */
export function runScenario(scenario: Scenario, subject: Subject, deviations: readonly DeviationRule[]): Report {
  const run = new ScenarioRun(scenario, deviations);
  run.execute(subject);
  return {
    area: scenario.area,
    name: scenario.name,
    mismatches: run.mismatches,
    deviations: [...run.touched],
  };
}

class ScenarioRun {
  readonly mismatches: Mismatch[] = [];
  readonly touched: Set<string> = new Set<string>();
  readonly #scenario: Scenario;
  readonly #deviations: readonly DeviationRule[];
  #watches: readonly { readonly weakness: string; readonly watch: DeviationWatch }[] = [];
  /** What is being executed, for the report of an exception. */
  #where = "port";

  constructor(scenario: Scenario, deviations: readonly DeviationRule[]) {
    this.#scenario = scenario;
    this.#deviations = deviations;
  }

  execute(subject: Subject): void {
    const { port: config, setup, steps, expect, autostart } = this.#scenario;
    try {
      const port = subject.createPort(config);
      const makeTwin = (): SubjectPort => subject.createPort(config);
      this.#watches = this.#deviations.map((rule) => ({ weakness: rule.weakness, watch: rule.watch(makeTwin) }));
      setup.forEach((op, i) => {
        this.#step(port, op, expect.setup[i], `setup[${i}]`);
      });
      if (autostart) this.#start(port);
      steps.forEach((op, i) => {
        this.#step(port, op, expect.steps[i], `steps[${i}]`);
      });
    } catch (error) {
      this.mismatches.push({ where: this.#where, problem: describeException(error), differences: [] });
    }
  }

  #start(port: SubjectPort): void {
    this.#where = "start";
    const start = { op: "start" } as const;
    this.#expected(start, { ok: null });
    const result = port.operate(start);
    if (!("ok" in result)) {
      this.mismatches.push({ where: "start", problem: "The port cannot be started", differences: [] });
    }
  }

  #step(port: SubjectPort, op: ScenarioOp, recorded: StepResult | undefined, position: string): void {
    if (recorded === undefined) return;
    this.#where = `${position} ${describeOp(op)}`;
    const expected = this.#expected(op, recorded);
    const actual = runOp(port, op);
    const differences = compareStep(op, expected, actual);
    if (differences.length > 0)
      this.mismatches.push({ where: this.#where, differences, ...framesOf(op, expected, actual) });
  }

  #expected(op: ScenarioOp, recorded: StepResult): StepResult {
    let expected = recorded;
    for (const { weakness, watch } of this.#watches) {
      const ours = watch.expect(op, expected);
      if (ours === undefined) continue;
      expected = ours;
      this.touched.add(weakness);
    }
    return expected;
  }
}

function framesOf(op: ScenarioOp, expected: StepResult, actual: StepResult): Pick<Mismatch, "frames"> {
  if (op.op !== "packet") return {};
  return {
    frames: {
      input: op.frame,
      ...("frame" in expected ? { expected: expected.frame } : {}),
      ...("frame" in actual ? { actual: actual.frame } : {}),
    },
  };
}

function describeOp(op: PacketOp | ControlOp): string {
  if ("dir" in op) return `${op.op} ${op.dir}`;
  return "layer" in op ? `${op.op} ${op.layer}` : op.op;
}

function describeException(error: unknown): string {
  if (error instanceof NotSupported) return error.message;
  return `Exception: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}
