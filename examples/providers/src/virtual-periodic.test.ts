import { clockSuite, periodicSuite, type PeriodicSubject } from "opte-core/testing";
import { describe, expect, it } from "vitest";
import { VirtualTime } from "./virtual-periodic.js";

function makeSubject(): PeriodicSubject {
  const time = new VirtualTime();
  return {
    periodic: time,
    clock: time,
    elapse(ms): void {
      time.advance(ms);
    },
  };
}

describe("VirtualTime as a clock", () => {
  for (const test of clockSuite(makeSubject)) it(test.name, test.run);
});

describe("VirtualTime as timers", () => {
  for (const test of periodicSuite(makeSubject)) it(test.name, test.run);

  it("calls in order of time, and in order of starting at one instant", () => {
    const time = new VirtualTime();
    const calls: string[] = [];
    const note = (name: string) => (): void => void calls.push(`${name} ${time.nowMs()}`);
    time.start("a", 30, note("a"));
    time.start("b", 20, note("b"));
    time.start("c", 20, note("c"));
    time.advance(60);
    expect(calls).toEqual(["b 20", "c 20", "a 30", "b 40", "c 40", "a 60", "b 60", "c 60"]);
    expect(time.nowMs()).toBe(60);
  });

  it("does not go back, and does not advance while it advances", () => {
    const time = new VirtualTime();
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => {
        time.advance(ms);
      }).toThrow(RangeError);
    }
    const timer = time.start("nested", 10, () => {
      time.advance(1);
    });
    expect(() => {
      time.advance(10);
    }).toThrow("Cannot advance time from a callback");
    timer.stop();
    time.advance(5);
    expect(time.nowMs()).toBe(15);
  });
});
