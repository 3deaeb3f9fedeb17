// The conformance suite of periodic providers.

import type { ClockProvider } from "../provider/clock.js";
import { PERIODIC_GRANULARITY_MS, type PeriodicProvider, type PeriodicTimer } from "../provider/periodic.js";
import { caught, check, quietly, type TestCase } from "./test-case.js";

/** Timers under test, with the time that they follow. */
export interface PeriodicSubject {
  readonly periodic: PeriodicProvider;
  /** The time that the timers follow. */
  readonly clock: ClockProvider;
  /** Lets at least `ms` milliseconds pass, and the callbacks that are due be called: waits that long, or moves virtual time. */
  elapse(ms: number): void | Promise<void>;
}

const REFUSED_MS: readonly number[] = [1, 9, 99, 101, 0, -10, 10.5, Number.NaN, Number.POSITIVE_INFINITY];
const ACCEPTED_MS: readonly number[] = [10, 100, 200, 500];
const SHORT_MS = PERIODIC_GRANULARITY_MS;
const LONG_MS = 5 * PERIODIC_GRANULARITY_MS;
/** Event loops and clocks round to milliseconds, each in its own way. */
const ROUNDING_MS = 2;
/** Intervals that a call may take to come on a machine that has other things to do. */
const PATIENCE = 200;
/** Intervals after which a call that must not come would have come. */
const SILENCE = 5;

/**
 * The contract of {@link PeriodicProvider}. It waits for calls and holds none to be late, so it passes on a busy machine, in real time
 * as in virtual time.
 *
 * @param makeSubject makes timers for one test
 */
export function periodicSuite(makeSubject: () => PeriodicSubject): readonly TestCase[] {
  const rule = (name: string, run: (bench: TimerBench) => void | Promise<void>): TestCase => ({
    name,
    async run(): Promise<void> {
      const bench = new TimerBench(makeSubject());
      try {
        await run(bench);
      } finally {
        bench.stopAll();
      }
    },
  });
  return [
    rule("refuses an interval that is not a positive multiple of 10 ms (bad_interval)", (bench) => {
      for (const intervalMs of REFUSED_MS) {
        const thrown = caught(() => bench.start(intervalMs));
        check(thrown !== undefined, `Expected an interval of ${intervalMs} ms to be refused`);
        check(isSystemError(thrown.error), `Expected an OpteError of kind "System", got ${String(thrown.error)}`);
      }
    }),
    rule("takes an interval that is a positive multiple of 10 ms (good_interval)", (bench) => {
      for (const intervalMs of ACCEPTED_MS) quietly(`start(…, ${intervalMs}, …)`, () => bench.start(intervalMs));
    }),
    rule("does not call back while it is being started", (bench) => {
      bench.start(SHORT_MS).expectCalls(0);
    }),
    rule("calls back again and again", async (bench) => {
      await bench.waitFor(bench.start(SHORT_MS), 5);
    }),
    rule("calls back no earlier than every interval, whatever other timers do", async (bench) => {
      const short = bench.start(SHORT_MS);
      const long = bench.start(LONG_MS);
      await bench.waitFor(long, 3);
      await bench.waitFor(short, 3);
      short.expectNoneEarly();
      long.expectNoneEarly();
    }),
    rule("does not call back once it is stopped before its first call", async (bench) => {
      const run = bench.start(SHORT_MS);
      run.timer.stop();
      await bench.elapse(SILENCE * SHORT_MS);
      run.expectCalls(0);
    }),
    rule("does not call back once it is stopped between calls", async (bench) => {
      const run = bench.start(SHORT_MS);
      await bench.waitFor(run, 2);
      run.timer.stop();
      const { calls } = run;
      await bench.elapse(SILENCE * SHORT_MS);
      run.expectCalls(calls);
    }),
    rule("can be stopped by its own callback", async (bench) => {
      const run = bench.start(SHORT_MS, () => run.timer.stop());
      await bench.waitFor(run, 1);
      await bench.elapse(SILENCE * SHORT_MS);
      run.expectCalls(1);
    }),
    rule("can be stopped by the callback of another that is due at the same time", async (bench) => {
      const first: TimerRun = bench.start(SHORT_MS, () => second.timer.stop());
      const second: TimerRun = bench.start(SHORT_MS, () => first.timer.stop());
      await bench.waitForAny([first, second]);
      await bench.elapse(SILENCE * SHORT_MS);
      check(
        first.calls === 0 || second.calls === 0,
        "Expected the timer that was stopped first to stay silent, but both called back",
      );
    }),
    rule("can be stopped again without harm to a timer started since", async (bench) => {
      const stopped = bench.start(SHORT_MS);
      stopped.timer.stop();
      quietly("A second stop", () => stopped.timer.stop());
      const next = bench.start(SHORT_MS);
      quietly("A third stop", () => stopped.timer.stop());
      await bench.waitFor(next, 2);
    }),
    rule("goes on when another of the same name is stopped", async (bench) => {
      const stopped = bench.start(SHORT_MS);
      const other = bench.start(SHORT_MS);
      stopped.timer.stop();
      await bench.waitFor(other, 2);
      stopped.expectCalls(0);
    }),
    rule("can be started by a callback", async (bench) => {
      const started: TimerRun[] = [];
      const outer = bench.start(SHORT_MS, () => {
        if (started.length === 0) started.push(bench.start(SHORT_MS));
      });
      await bench.waitFor(outer, 1);
      for (const inner of started) {
        await bench.waitFor(inner, 2);
        inner.expectNoneEarly();
      }
    }),
  ];
}

/** One timer and the calls that came from it. */
class TimerRun {
  readonly timer: PeriodicTimer;
  readonly intervalMs: number;
  readonly #clock: ClockProvider;
  readonly #startedMs: number;
  readonly #calledMs: number[] = [];

  constructor({ periodic, clock }: PeriodicSubject, intervalMs: number, also: () => void) {
    this.intervalMs = intervalMs;
    this.#clock = clock;
    this.#startedMs = clock.nowMs();
    this.timer = periodic.start("conformance", intervalMs, () => {
      this.#calledMs.push(this.#clock.nowMs());
      also();
    });
  }

  get calls(): number {
    return this.#calledMs.length;
  }

  expectCalls(calls: number): void {
    check(this.calls === calls, `Expected ${calls} calls of a timer of ${this.intervalMs} ms, got ${this.calls}`);
  }

  /** Each call may be rounded on its own. */
  expectNoneEarly(): void {
    this.#calledMs.forEach((calledMs, i) => {
      const afterMs = calledMs - this.#startedMs;
      check(
        afterMs >= (i + 1) * (this.intervalMs - ROUNDING_MS),
        `Expected call ${i + 1} of a timer of ${this.intervalMs} ms after ${(i + 1) * this.intervalMs} ms, got it after ${afterMs}`,
      );
    });
  }
}

/** Starts timers of a subject, waits for them, and stops them all in the end. */
class TimerBench {
  readonly #subject: PeriodicSubject;
  readonly #runs: TimerRun[] = [];

  constructor(subject: PeriodicSubject) {
    this.#subject = subject;
  }

  start(intervalMs: number, also: () => void = (): void => undefined): TimerRun {
    const run = new TimerRun(this.#subject, intervalMs, also);
    this.#runs.push(run);
    return run;
  }

  async elapse(ms: number): Promise<void> {
    await this.#subject.elapse(ms);
  }

  async waitFor(run: TimerRun, calls: number): Promise<void> {
    for (let i = 0; i < PATIENCE && run.calls < calls; i++) await this.#subject.elapse(run.intervalMs);
    check(run.calls >= calls, `Expected ${calls} calls of a timer of ${run.intervalMs} ms, but only ${run.calls} came`);
  }

  async waitForAny(runs: readonly TimerRun[]): Promise<void> {
    const calls = (): number => runs.reduce((sum, run) => sum + run.calls, 0);
    for (let i = 0; i < PATIENCE && calls() === 0; i++) await this.#subject.elapse(SHORT_MS);
    check(calls() > 0, "Expected a call of one of the timers, but none came");
  }

  stopAll(): void {
    for (const run of this.#runs) run.timer.stop();
  }
}

/** The class itself may have been loaded twice, by the suite and by the implementation. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "kind" in error && error.kind === "System";
}
