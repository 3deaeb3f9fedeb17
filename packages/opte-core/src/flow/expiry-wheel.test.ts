import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExpiryWheel } from "./expiry-wheel.js";

describe("ExpiryWheel", () => {
  it("gives a slot out at its due time, to the millisecond, and once", () => {
    const wheel = new ExpiryWheel();
    wheel.schedule(3, 61_500);
    expect(wheel.takeDue(61_499, () => 61_500)).toEqual([]);
    expect(wheel.takeDue(61_500, () => 61_500)).toEqual([3]);
    expect(wheel.takeDue(99_999, () => 61_500)).toEqual([]);
  });

  it("asks for the due time anew: a slot that was hit meanwhile moves on", () => {
    const wheel = new ExpiryWheel();
    wheel.schedule(0, 60_000);
    expect(wheel.takeDue(60_000, () => 90_000)).toEqual([]);
    expect(wheel.takeDue(89_999, () => 90_000)).toEqual([]);
    expect(wheel.takeDue(90_000, () => 90_000)).toEqual([0]);
  });

  it("holds due times further away than it has buckets", () => {
    const wheel = new ExpiryWheel();
    wheel.schedule(0, 8_000_000);
    for (let nowMs = 0; nowMs < 8_000_000; nowMs += 7_000) expect(wheel.takeDue(nowMs, () => 8_000_000)).toEqual([]);
    expect(wheel.takeDue(8_000_000, () => 8_000_000)).toEqual([0]);
  });

  it("finds all that is due when the clock jumps", () => {
    const wheel = new ExpiryWheel();
    wheel.takeDue(1000, () => 0);
    for (let slot = 0; slot < 100; slot++) wheel.schedule(slot, 2_000 + slot * 10_000);
    expect(wheel.takeDue(5_000_000, (slot) => 2_000 + slot * 10_000)).toHaveLength(100);
  });

  it("agrees with a plain list over any sequence of operations", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("schedule" as const), slot: fc.nat({ max: 20 }), inMs: fc.nat({ max: 400_000 }) }),
      fc.record({ kind: fc.constant("hit" as const), slot: fc.nat({ max: 20 }), inMs: fc.nat({ max: 400_000 }) }),
      fc.record({ kind: fc.constant("cancel" as const), slot: fc.nat({ max: 20 }), inMs: fc.constant(0) }),
      fc.record({ kind: fc.constant("advance" as const), slot: fc.constant(0), inMs: fc.nat({ max: 500_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const wheel = new ExpiryWheel();
        const model = new Map<number, number>();
        let nowMs = 1_000_000;
        for (const { kind, slot, inMs } of steps) {
          const held = model.get(slot);
          if (kind === "schedule") {
            wheel.schedule(slot, nowMs + inMs);
            model.set(slot, nowMs + inMs);
          } else if (kind === "hit" && held !== undefined) {
            model.set(slot, Math.max(held, nowMs + inMs));
          } else if (kind === "cancel") {
            wheel.cancel(slot);
            model.delete(slot);
          } else if (kind === "advance") {
            nowMs += inMs;
            const due = wheel.takeDue(nowMs, (each) => model.get(each) ?? NaN).sort((a, b) => a - b);
            const expected = [...model].filter(([, dueMs]) => dueMs <= nowMs).map(([each]) => each);
            expect(due).toEqual(expected.sort((a, b) => a - b));
            for (const each of due) model.delete(each);
          }
        }
      }),
    );
  });
});
