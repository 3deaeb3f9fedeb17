import type { StatBlock } from "opte-core";
import { describe, expect, it } from "vitest";
import { type BlockNotice, SharedStats, SharedStatsView } from "./shared-stats.js";

function block(name: string, ...values: number[]): StatBlock {
  return { module: "xde", name, fields: values.map((_, i) => `f${i}`), values: Float64Array.from(values) };
}

/** A publisher and who reads it in another thread. */
function pair(capacity: number): readonly [SharedStats, SharedStatsView] {
  const notices: BlockNotice[] = [];
  const stats = new SharedStats(capacity, (notice) => notices.push(notice));
  const view = new SharedStatsView(stats.memory);
  const publish = stats.publish.bind(stats);
  stats.publish = (): void => {
    publish();
    for (const notice of notices.splice(0)) view.note(notice);
  };
  return [stats, view];
}

describe("SharedStats", () => {
  it("shows every counter as of the last publishing", () => {
    const [stats, view] = pair(8);
    const counted = block("opte0", 1, 2);
    stats.register(counted);
    stats.register(block("opte1", 3));
    stats.publish();
    counted.values[1] = 7;
    expect(Object.fromEntries(view.snapshot())).toEqual({ "xde:opte0": { f0: 1, f1: 2 }, "xde:opte1": { f0: 3 } });
    stats.publish();
    expect(view.snapshot().get("xde:opte0")).toEqual({ f0: 1, f1: 7 });
  });

  it("forgets a block that is withdrawn, and gives its place to the next", () => {
    const [stats, view] = pair(2);
    const registration = stats.register(block("opte0", 1, 2));
    registration.unregister();
    registration.unregister();
    stats.register(block("opte1", 5, 6));
    stats.publish();
    expect([...view.snapshot()]).toEqual([["xde:opte1", { f0: 5, f1: 6 }]]);
  });

  it("refuses a block that it has no room for, or whose name is taken", () => {
    const [stats] = pair(3);
    stats.register(block("opte0", 1, 2));
    expect(() => stats.register(block("opte0", 1))).toThrow("registered already");
    expect(() => stats.register(block("opte1", 1, 2))).toThrow("no room for the 2 values");
    stats.register(block("opte1", 1));
  });
});
