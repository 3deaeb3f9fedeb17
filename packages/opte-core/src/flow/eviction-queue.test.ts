import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EvictionQueue } from "./eviction-queue.js";
import { UndoLog } from "./undo-log.js";

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom("add", "remove", "hit", "evict"),
    entry: fc.nat({ max: 20 }),
    ms: fc.nat({ max: 6 }),
  }),
  { maxLength: 150 },
);

/** A queue over a table that is a map of times; of equal times the lowest number goes first. */
class Trial {
  readonly times: Map<number, number> = new Map();
  readonly queue: EvictionQueue;

  constructor(undo?: UndoLog) {
    const lastHit = (entry: number): number => this.times.get(entry) ?? 0;
    this.queue = new EvictionQueue({ lastHit, compare: (a, b) => a - b }, 64, undo);
  }

  run(kind: string, entry: number, nowMs: number): void {
    if (kind === "add" && !this.times.has(entry)) {
      this.times.set(entry, nowMs);
      this.queue.add(entry);
    } else if (kind === "hit" && this.times.has(entry)) {
      this.times.set(entry, nowMs);
    } else if (kind !== "add" && kind !== "hit") {
      const gone = kind === "evict" ? this.queue.oldest() : entry;
      this.queue.remove(gone);
      this.times.delete(gone);
    }
  }

  get expected(): number {
    const [first] = [...this.times].sort(([a, at], [b, bt]) => at - bt || a - b);
    return first?.[0] ?? -1;
  }
}

describe("EvictionQueue", () => {
  it("agrees with a search of all entries, whatever was added, removed and hit", () => {
    fc.assert(
      fc.property(steps, (run) => {
        const trial = new Trial();
        let nowMs = 0;
        for (const { kind, entry, ms } of run) {
          nowMs += ms >> 1;
          trial.run(kind, entry, nowMs);
          expect(trial.queue.oldest()).toBe(trial.expected);
        }
      }),
    );
  });

  it("agrees with it too when the clock goes back, once it is told", () => {
    fc.assert(
      fc.property(steps, (run) => {
        const trial = new Trial();
        let latestMs = 0;
        for (const { kind, entry, ms } of run) {
          if (ms < latestMs) trial.queue.clockSetBack();
          else latestMs = ms;
          trial.run(kind, entry, ms);
          expect(trial.queue.oldest()).toBe(trial.expected);
        }
      }),
    );
  });

  it("is as before after what a dry run did is undone", () => {
    fc.assert(
      fc.property(steps, steps, (first, dry) => {
        const undo = new UndoLog();
        const trial = new Trial(undo);
        for (const [i, { kind, entry }] of first.entries()) trial.run(kind, entry, i);
        const times = new Map(trial.times);
        undo.begin();
        undo.note(() => {
          for (const entry of trial.times.keys()) if (!times.has(entry)) trial.times.delete(entry);
          for (const [entry, time] of times) trial.times.set(entry, time);
        });
        for (const [i, { kind, entry }] of dry.entries()) trial.run(kind, entry, first.length + i);
        undo.rollBack();
        while (trial.expected >= 0) {
          expect(trial.queue.oldest()).toBe(trial.expected);
          trial.run("evict", -1, 0);
        }
        expect(trial.queue.oldest()).toBe(-1);
      }),
    );
  });
});
