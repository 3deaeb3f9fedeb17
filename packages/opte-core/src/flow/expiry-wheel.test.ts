import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExpiryWheel } from "./expiry-wheel.js";

/** All that is due, in ascending order. */
function takeAll(wheel: ExpiryWheel, nowMs: number, dueMs: (slot: number) => number): number[] {
  const due: number[] = [];
  wheel.takeDue(nowMs, dueMs, due);
  return due.sort((a, b) => a - b);
}

describe("ExpiryWheel", () => {
  it("gives a slot out at its due time, to the millisecond, and once", () => {
    const wheel = new ExpiryWheel();
    wheel.schedule(3, 61_500);
    expect(takeAll(wheel, 61_499, () => 61_500)).toEqual([]);
    expect(takeAll(wheel, 61_500, () => 61_500)).toEqual([3]);
    expect(takeAll(wheel, 99_999, () => 61_500)).toEqual([]);
  });

  it("asks for the due time anew: a slot that was hit meanwhile moves on", () => {
    const wheel = new ExpiryWheel();
    wheel.schedule(0, 60_000);
    expect(takeAll(wheel, 60_000, () => 90_000)).toEqual([]);
    expect(takeAll(wheel, 89_999, () => 90_000)).toEqual([]);
    expect(takeAll(wheel, 90_000, () => 90_000)).toEqual([0]);
  });

  it("holds due times further away than it has buckets", () => {
    const wheel = new ExpiryWheel();
    wheel.schedule(0, 8_000_000);
    for (let nowMs = 0; nowMs < 8_000_000; nowMs += 7_000) expect(takeAll(wheel, nowMs, () => 8_000_000)).toEqual([]);
    expect(takeAll(wheel, 8_000_000, () => 8_000_000)).toEqual([0]);
  });

  it("finds all that is due when the clock jumps", () => {
    const wheel = new ExpiryWheel();
    takeAll(wheel, 1000, () => 0);
    for (let slot = 0; slot < 100; slot++) wheel.schedule(slot, 2_000 + slot * 10_000);
    expect(takeAll(wheel, 5_000_000, (slot) => 2_000 + slot * 10_000)).toHaveLength(100);
  });

  it("finds what was scheduled for an earlier time than was looked at, as when the clock was set back", () => {
    const wheel = new ExpiryWheel();
    expect(takeAll(wheel, 900_000, () => 0)).toEqual([]);
    wheel.schedule(1, 460_000);
    expect(takeAll(wheel, 459_999, () => 460_000)).toEqual([]);
    expect(takeAll(wheel, 460_000, () => 460_000)).toEqual([1]);
    wheel.schedule(2, 100_000);
    expect(takeAll(wheel, 900_000, () => 100_000)).toEqual([2]);
  });

  it("looks at no more than it is told to, and goes on from there", () => {
    const wheel = new ExpiryWheel();
    for (let slot = 0; slot < 10; slot++) wheel.schedule(slot, 5_000);
    const dueMs = (slot: number): number => (slot < 4 ? 9_000 : 5_000);
    const due: number[] = [];
    expect([1, 2, 3].map(() => wheel.takeDue(5_500, dueMs, due, 3))).toEqual([3, 3, 3]);
    wheel.schedule(20, 5_100);
    expect(wheel.takeDue(5_600, (slot) => (slot === 20 ? 5_100 : dueMs(slot)), due, 3)).toBe(1);
    expect(due.sort((a, b) => a - b)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(takeAll(wheel, 5_999, (slot) => (slot === 20 ? 5_100 : dueMs(slot)))).toEqual([20]);
    expect(takeAll(wheel, 9_000, dueMs)).toEqual([0, 1, 2, 3]);
  });

  it("says with less than it may look at that it has come to the end, and looks at nothing twice until then", () => {
    const wheel = new ExpiryWheel();
    for (let slot = 0; slot < 3; slot++) wheel.schedule(slot, 5_900);
    const due: number[] = [];
    expect([1, 2, 3, 4].map(() => wheel.takeDue(5_500, () => 5_900, due, 1))).toEqual([1, 1, 1, 0]);
    expect(due).toEqual([]);
    expect(takeAll(wheel, 5_900, () => 5_900)).toEqual([0, 1, 2]);
  });

  it("agrees with a plain list over any sequence of operations, few slots looked at at a time or all", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("schedule" as const), slot: fc.nat({ max: 20 }), inMs: fc.nat({ max: 400_000 }) }),
      fc.record({ kind: fc.constant("hit" as const), slot: fc.nat({ max: 20 }), inMs: fc.nat({ max: 400_000 }) }),
      fc.record({ kind: fc.constant("cancel" as const), slot: fc.nat({ max: 20 }), inMs: fc.constant(0) }),
      fc.record({ kind: fc.constant("advance" as const), slot: fc.constant(0), inMs: fc.nat({ max: 500_000 }) }),
      fc.record({ kind: fc.constant("some" as const), slot: fc.nat({ max: 5 }), inMs: fc.nat({ max: 3000 }) }),
      fc.record({ kind: fc.constant("set back" as const), slot: fc.constant(0), inMs: fc.nat({ max: 100_000 }) }),
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
            const due = takeAll(wheel, nowMs, (each) => model.get(each) ?? NaN);
            const expected = [...model].filter(([, dueMs]) => dueMs <= nowMs).map(([each]) => each);
            expect(due).toEqual(expected.sort((a, b) => a - b));
            for (const each of due) model.delete(each);
          } else if (kind === "set back") {
            nowMs -= inMs;
          } else if (kind === "some") {
            nowMs += inMs;
            const due: number[] = [];
            const looked = wheel.takeDue(nowMs, (each) => model.get(each) ?? NaN, due, slot);
            expect(looked).toBeLessThanOrEqual(slot);
            for (const each of due) {
              expect(model.get(each)).toBeLessThanOrEqual(nowMs);
              model.delete(each);
            }
          }
        }
      }),
    );
  });
});
