import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CaptureClock } from "./capture-clock.js";

const BASE_NS = 1_700_000_000_000_000_000n;
const at = (ms: number): bigint => BASE_NS + BigInt(ms) * 1_000_000n;

/** Moves a clock through these times in milliseconds. @returns the times at which it swept */
function sweeps(...timesMs: readonly number[]): { swept: number[]; now: number } {
  const clock = new CaptureClock();
  const swept: number[] = [];
  for (const ms of timesMs) clock.advance(at(ms), () => swept.push(clock.nowMs()));
  return { swept, now: clock.nowMs() };
}

describe("the clock of a capture", () => {
  it("counts from the first packet", () => {
    expect(sweeps(500_000, 500_250).now).toBe(250);
  });

  it("sweeps once for each second that passes", () => {
    expect(sweeps(0, 400, 999, 1000, 1500, 2100, 2900, 3000).swept).toEqual([1000, 2000, 3000]);
  });

  it("sweeps once in a gap, at the last second before the packet", () => {
    expect(sweeps(0, 60_500)).toEqual({ swept: [60_000], now: 60_500 });
    expect(sweeps(0, 100 * 365 * 86_400_000).swept).toHaveLength(1);
  });

  it("never goes back", () => {
    expect(sweeps(0, 5000, 3000, 4999)).toEqual({ swept: [5000], now: 5000 });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -100_000, max: 100_000 })), (times) => {
        const { swept, now } = sweeps(0, ...times);
        expect(swept).toEqual([...new Set(swept)].sort((a, b) => a - b));
        expect(now).toBe(Math.max(0, ...times));
      }),
    );
  });
});
