// The conformance suite of clock providers.

import type { ClockProvider } from "../provider/clock.js";
import { check, quietly, type TestCase } from "./test-case.js";

/** A clock under test, with the time that it shows. */
export interface ClockSubject {
  readonly clock: ClockProvider;
  /** Lets at least `ms` milliseconds pass: waits that long, or moves a virtual clock. */
  elapse(ms: number): void | Promise<void>;
}

const READINGS = 10_000;
const SPAN_MS = 50;
/** A reading may be rounded to whole milliseconds, at either end. */
const ROUNDING_MS = 2;
/** No wait for {@link SPAN_MS} takes this long, while the same span counted in microseconds shows as more. */
const FAR_TOO_LONG_MS = 25_000;

/**
 * The contract of {@link ClockProvider}.
 *
 * @param makeSubject makes a clock for one test
 */
export function clockSuite(makeSubject: () => ClockSubject): readonly TestCase[] {
  return [
    {
      name: "tells a finite time below 2^53 ms",
      run(): void {
        const nowMs = read(makeSubject().clock);
        check(
          Number.isFinite(nowMs) && Math.abs(nowMs) < 2 ** 53,
          `Expected a finite time below 2^53 ms, got ${nowMs}`,
        );
      },
    },
    {
      name: "never decreases from one reading to the next",
      run(): void {
        const { clock } = makeSubject();
        let lastMs = read(clock);
        for (let i = 1; i < READINGS; i++) lastMs = later(lastMs, read(clock));
      },
    },
    {
      name: "never decreases while time passes",
      async run(): Promise<void> {
        const subject = makeSubject();
        const { clock } = subject;
        let lastMs = read(clock);
        for (let i = 0; i < 5; i++) {
          await subject.elapse(1);
          lastMs = later(lastMs, read(clock));
        }
      },
    },
    {
      name: "counts in milliseconds",
      async run(): Promise<void> {
        const subject = makeSubject();
        const { clock } = subject;
        const beganMs = read(clock);
        await subject.elapse(SPAN_MS);
        const passedMs = read(clock) - beganMs;
        check(
          passedMs >= SPAN_MS - ROUNDING_MS && passedMs < FAR_TOO_LONG_MS,
          `Expected about ${SPAN_MS} ms to pass, but the clock went on by ${passedMs}`,
        );
      },
    },
  ];
}

function read(clock: ClockProvider): number {
  return quietly("nowMs", () => clock.nowMs());
}

function later(lastMs: number, nowMs: number): number {
  check(nowMs >= lastMs, `Expected the clock not to decrease, but it went from ${lastMs} ms to ${nowMs} ms`);
  return nowMs;
}
