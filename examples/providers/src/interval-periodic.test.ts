import { setTimeout as sleep } from "node:timers/promises";
import { periodicSuite, type PeriodicSubject } from "opte-core/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { intervalPeriodic } from "./interval-periodic.js";

const clock = { nowMs: (): number => performance.now() };

describe("intervalPeriodic in real time", () => {
  const makeSubject = (): PeriodicSubject => ({ periodic: intervalPeriodic, clock, elapse: (ms) => sleep(ms) });
  for (const test of periodicSuite(makeSubject)) it(test.name, test.run);
});

describe("intervalPeriodic on faked timers", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const makeSubject = (): PeriodicSubject => ({
    periodic: intervalPeriodic,
    clock,
    elapse: (ms) => void vi.advanceTimersByTime(ms),
  });
  for (const test of periodicSuite(makeSubject)) it(test.name, test.run);

  it("works where a timer is a number, as in browsers", () => {
    vi.stubGlobal("setInterval", () => 7);
    const clear = vi.fn();
    vi.stubGlobal("clearInterval", clear);
    try {
      intervalPeriodic.start("expire", 1000, () => undefined).stop();
      expect(clear).toHaveBeenCalledWith(7);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
