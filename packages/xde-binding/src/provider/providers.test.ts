import { describe, expect, it, vi } from "vitest";
import { nodeClock, nodePeriodic, nodeRandom, StatsRegistry, streamLog } from "../index.js";

describe("nodeClock", () => {
  it("never decreases", () => {
    let last = nodeClock.nowMs();
    for (let i = 0; i < 1000; i++) {
      const now = nodeClock.nowMs();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });
});

describe("nodePeriodic", () => {
  it.each([1, 9, 99, 101, 0, -10, 10.5])("bad_interval: refuses %d ms", (intervalMs) => {
    expect(() => nodePeriodic.start("test", intervalMs, () => undefined)).toThrow("not a positive multiple of 10 ms");
  });

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
  it("gives unsigned 32-bit integers that differ", () => {
    const drawn = new Set(Array.from({ length: 64 }, () => nodeRandom.nextU32()));
    expect(drawn.size).toBeGreaterThan(60);
    for (const n of drawn) expect(n >>> 0).toBe(n);
  });
});

describe("streamLog", () => {
  it("writes the reference's line form", () => {
    const lines: string[] = [];
    const log = streamLog({ write: (text: string) => lines.push(text) });
    log.log("note", "a");
    log.log("warn", "b");
    log.log("error", "c");
    expect(lines).toEqual(["[NOTE] a\n", "[WARN] b\n", "[ERROR] c\n"]);
  });
});

describe("StatsRegistry", () => {
  const block = (name: string): Parameters<StatsRegistry["register"]>[0] => ({
    module: "xde",
    name,
    fields: ["hits", "misses"],
    values: Float64Array.of(3, 4),
  });

  it("shows registered blocks until they are withdrawn", () => {
    const registry = new StatsRegistry();
    const registration = registry.register(block("opte0"));
    expect(registry.snapshot().get("xde:opte0")).toEqual({ hits: 3, misses: 4 });
    registration.unregister();
    expect(registry.snapshot().size).toBe(0);
  });

  it("refuses names that a kernel statistic could not have, and names in use", () => {
    const registry = new StatsRegistry();
    registry.register(block("opte0"));
    expect(() => registry.register(block("opte0"))).toThrow('"xde:opte0" is registered already');
    expect(() => registry.register(block("x".repeat(31)))).toThrow("kstat name too long: xxx");
    expect(() => registry.register(block("a\0b"))).toThrow("kstat name contains NUL char");
  });
});
