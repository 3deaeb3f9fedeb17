import { setTimeout as sleep } from "node:timers/promises";
import type { LogLevel } from "opte-core";
import {
  clockSuite,
  logSuite,
  type LogSubject,
  periodicSuite,
  type PeriodicSubject,
  randomSuite,
  statsSuite,
  type TestCase,
} from "opte-core/testing";
import { describe, expect, it, vi } from "vitest";
import { nodeClock, nodePeriodic, nodeRandom, StatsRegistry, streamLog } from "../index.js";

function runSuite(suite: readonly TestCase[]): void {
  for (const test of suite) it(test.name, test.run);
}

/** Timers round what they wait for, so that they may wake a moment early. */
const elapse = (ms: number): Promise<void> => sleep(ms + 1);

describe("nodeClock", () => {
  runSuite(clockSuite(() => ({ clock: nodeClock, elapse })));

  it("finds the time anew whenever the event loop calls", async () => {
    for (let turn = 0; turn < 3; turn++) {
      await elapse(5);
      const before = Math.floor(performance.now());
      expect(nodeClock.nowMs()).toBeGreaterThanOrEqual(before);
    }
  });

  it("finds the time anew in the middle of a long run of readings", () => {
    const began = nodeClock.nowMs();
    const end = performance.now() + 20;
    let readings = 0;
    while (performance.now() < end) readings++;
    expect(readings).toBeGreaterThan(0);
    let latest = began;
    for (let i = 0; i < 33; i++) latest = nodeClock.nowMs();
    expect(latest).toBeGreaterThanOrEqual(began + 19);
  });
});

describe("nodePeriodic", () => {
  runSuite(periodicSuite((): PeriodicSubject => ({ periodic: nodePeriodic, clock: nodeClock, elapse })));

  it.each([10, 100, 200, 500])("good_interval: calls back every %d ms until it is stopped", (intervalMs) => {
    vi.useFakeTimers();
    try {
      const callback = vi.fn();
      const timer = nodePeriodic.start("test", intervalMs, callback);
      vi.advanceTimersByTime(3 * intervalMs);
      timer.stop();
      vi.advanceTimersByTime(3 * intervalMs);
      expect(callback).toHaveBeenCalledTimes(3);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("nodeRandom", () => {
  runSuite(randomSuite(() => nodeRandom));
});

describe("streamLog", () => {
  const SEVERITIES: Readonly<Record<string, number>> = { NOTE: 0, WARN: 1, ERROR: 2 };

  /** A log into a string; lines are read back as they stand there. */
  function makeSubject(): LogSubject {
    let written = "";
    let isBroken = false;
    const write = (text: string): void => {
      if (isBroken) throw new Error("EPIPE");
      written += text;
    };
    return {
      log: streamLog({ write }),
      lines: () =>
        [...written.matchAll(/^\[(\w+)\] (.*)\n/gm)].map(([, level = "", text = ""]) => ({
          severity: SEVERITIES[level] ?? Number.NaN,
          text,
        })),
      breakSink(): void {
        isBroken = true;
      },
    };
  }

  runSuite(logSuite(makeSubject));

  it("writes the reference's line form", () => {
    const lines: string[] = [];
    const log = streamLog({ write: (text: string) => lines.push(text) });
    const levels: readonly LogLevel[] = ["note", "warn", "error"];
    for (const level of levels) log.log(level, "a");
    expect(lines).toEqual(["[NOTE] a\n", "[WARN] a\n", "[ERROR] a\n"]);
  });
});

describe("StatsRegistry", () => {
  runSuite(
    statsSuite(() => {
      const stats = new StatsRegistry();
      return {
        stats,
        read: (module, name): readonly (readonly [string, number])[] | undefined => {
          const counters = stats.snapshot().get(`${module}:${name}`);
          return counters && Object.entries(counters);
        },
      };
    }),
  );

  it("refuses names that a kernel statistic could not have, and names in use", () => {
    const registry = new StatsRegistry();
    const register = (name: string) => (): unknown =>
      registry.register({ module: "xde", name, fields: ["hits"], values: Float64Array.of(3) });
    register("opte0")();
    expect(register("opte0")).toThrow('"xde:opte0" is registered already');
    expect(register("x".repeat(31))).toThrow("kstat name too long: xxx");
    expect(register("a\0b")).toThrow("kstat name contains NUL char");
  });
});
