// What benchmarks print and publish, from results that are made up.

import { describe, expect, it } from "vitest";
import { wanted } from "../bench/harness/case-filter.ts";
import { isMet, type Row } from "../bench/harness/row.ts";
import { chartSvg } from "../bench/report/chart.ts";
import { comparisonTable } from "../bench/report/comparison.ts";
import { performancePage } from "../bench/report/performance-page.ts";
import type { Results } from "../bench/report/results.ts";
import { targetCells } from "../bench/report/targets.ts";
import { rowCells } from "../bench/report/text.ts";

function hit(name: string, ratio: number, atMost = 2): Row {
  const floor = { name: "floor.mjs udp4", best: 50, median: 55 };
  return {
    name,
    unit: "ns",
    best: 50 * ratio,
    median: 60 * ratio,
    rounds: 48,
    floor,
    ratio: { best: ratio, median: ratio },
    target: { of: "ratio", atMost },
  };
}

const FAST = hit("hit/ipv4/udp/no-nat/out/0B/1", 1.5);
const SLOW = hit("hit/ipv4/tcp/snat/out/0B/1000", 3);
const SPEED_UP: Row = {
  name: "shard/speed-up",
  unit: "times",
  best: 1.9,
  median: 1.7,
  rounds: 9,
  target: { of: "value", atLeast: 1.8 },
};

function results(rows: readonly Row[]): Results {
  return {
    date: "2026-11-24T20:00:00.000Z",
    node: "v24.21.0",
    v8: "13.6",
    commit: "0123456789ab",
    isDirty: false,
    machine: { cpu: "a processor", cores: 2, memoryGiB: 8, kernel: "6.1" },
    load: [0.1, 1.2],
    floorSha256: "",
    hurried: [],
    isQuick: false,
    rows,
  };
}

describe("a row", () => {
  it("is held to its target by its best round: a ratio, or a figure that is to be high", () => {
    expect([FAST, SLOW, SPEED_UP].map(isMet)).toEqual([true, false, true]);
    expect(isMet({ ...SPEED_UP, best: 1.7 })).toBe(false);
    expect(isMet({ name: "dump/10000/uft", unit: "ms", best: 7, median: 9, rounds: 5 })).toBeUndefined();
  });

  it("prints its figures with three digits, and whether it is met", () => {
    expect(rowCells(SLOW)).toEqual([SLOW.name, "150 ns", "180 ns", "50.0 ns", "3.00", "3.00", "≤ 2", "NOT MET"]);
    expect(rowCells(SPEED_UP).slice(-2)).toEqual(["≥ 1.8 ×", "met"]);
  });
});

describe("a filter", () => {
  it("wants names that have all words of one of its choices", () => {
    const isWanted = wanted("hit tcp,parse");
    expect(["hit/ipv4/tcp/no-nat", "hit/ipv4/udp/no-nat", "parse/guest"].map(isWanted)).toEqual([true, false, true]);
    expect(wanted("")("anything")).toBe(true);
  });
});

describe("a comparison", () => {
  it("compares ratios, and calls small changes nothing", () => {
    const before = results([FAST, SLOW, SPEED_UP]);
    const now = results([hit(FAST.name, 1.52), hit(SLOW.name, 2.4), { ...SPEED_UP, best: 1.5 }]);
    expect(comparisonTable(before, now).rows).toEqual([
      [FAST.name, "1.50 floors", "1.52 floors", "+1 %", ""],
      [SLOW.name, "3.00 floors", "2.40 floors", "-20 %", "better"],
      [SPEED_UP.name, "1.90 ×", "1.50 ×", "-21 %", "WORSE"],
    ]);
  });
});

describe("the page", () => {
  it("says of each target whether it is met, and by how much it is missed", () => {
    const [small] = targetCells([FAST, SLOW]);
    expect(small?.slice(1)).toEqual(["**in part**", "1 of 2", `\`${SLOW.name}\`: 3.00, 1.50 of the limit`]);
    const page = performancePage(results([FAST, SLOW, SPEED_UP]), "run.json", "## Notes\n");
    expect(page).toContain("a processor, 2 cores");
    expect(page).toContain("### shard");
    expect(page).toContain("| not measured |");
    expect(page).toContain("## Notes");
  });

  it("draws every point of every line", () => {
    const points = [1, 1000, 1_000_000].map((x) => [x, 40 + Math.log(x)] as const);
    const svg = chartSvg({
      title: "t",
      xName: "flows",
      yName: "ns",
      series: [{ name: "engine", color: "red", points }],
    });
    expect(svg.match(/<circle/g)).toHaveLength(3);
    expect(svg).toContain(">1M</text>");
    expect(svg).not.toContain("NaN");
  });

  it("writes under the axis only what has room there, numbers of bytes as they are, and no more of the scale than is needed", () => {
    const points = [0, 64, 512, 1024, 1400, 4096, 8900].map((x) => [x, 130] as const);
    const svg = chartSvg({ title: "t", xName: "bytes", yName: "ns", series: [{ name: "a", color: "#000", points }] });
    const labels = [...svg.matchAll(/<text x="([\d.]+)" y="318"[^>]*>([^<]*)</g)].map(([, x = "", text = ""]) => ({
      text,
      from: Number(x) - text.length * 3.5,
      to: Number(x) + text.length * 3.5,
    }));
    expect(labels.map(({ text }) => text)).toEqual(["0", "64", "512", "1024", "4096", "8.9k"]);
    for (const [i, label] of labels.entries()) {
      expect(label.from).toBeGreaterThan(labels[i - 1]?.to ?? 0);
      expect(label.to).toBeLessThan(720);
    }
    expect(svg).not.toContain(">10</text>");
    expect(svg).toContain(">100</text>");
  });
});
