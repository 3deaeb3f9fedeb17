import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grown, grownCapacity } from "./growth.js";

const MILLION = 2 ** 20;

/** Every capacity that storage has while it fills up to `most`, one entry after the other. */
function capacities(most: number, limit: number): number[] {
  const steps: number[] = [];
  for (let held = 0; held < most; steps.push(held)) held = grownCapacity(held, held + 1, limit);
  return steps;
}

describe("growing storage", () => {
  it("doubles while it is small, then has room for all that may come, so that no more than 8,192 entries are ever copied", () => {
    expect(capacities(1000, 1000)).toEqual([16, 32, 64, 128, 256, 512, 1000]);
    expect(capacities(500_000, 500_000)).toEqual([16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 500_000]);
    expect(capacities(MILLION, 3 * MILLION).slice(-2)).toEqual([8192, MILLION]);
  });

  it("doubles again beyond a million, up to the limit", () => {
    expect(capacities(3 * MILLION, 3 * MILLION).slice(-3)).toEqual([MILLION, 2 * MILLION, 3 * MILLION]);
  });

  it("has room for what is needed, beyond the limit too, and never less than before", () => {
    const counts = fc.nat({ max: 5 * MILLION });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: MILLION }), counts, (held, more, limit) => {
        const capacity = grownCapacity(held, held + more, limit);
        expect(capacity).toBeGreaterThanOrEqual(held + more);
        if (held + more <= limit) expect(capacity).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it("keeps what was held, and has 0 in what is new", () => {
    expect([...grown(Int32Array.of(3, 1), new Int32Array(4))]).toEqual([3, 1, 0, 0]);
  });
});
