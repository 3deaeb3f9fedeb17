import { describe, expect, it } from "vitest";
import { failedReport, type Report } from "./report.js";
import { Tally } from "./tally.js";
import { tallyTable } from "./tally-table.js";

const passed = (area: string, group?: string, deviations: string[] = []): Report => ({
  area,
  ...(group === undefined ? {} : { group }),
  name: "n",
  mismatches: [],
  deviations,
});

function tallyOf(...reports: Report[]): Tally {
  const tally = new Tally();
  for (const report of reports) tally.add(report);
  return tally;
}

describe("Tally", () => {
  it("counts by area, by group within it, and in all", () => {
    const tally = tallyOf(
      passed("text", "mac"),
      failedReport({ area: "text", group: "vni", name: "n" }, "no"),
      passed("arp"),
    );
    expect(tally.rows.map((row) => [row.name, row.passed, row.failed])).toEqual([
      ["arp", 1, 0],
      ["text", 1, 1],
      ["text/mac", 1, 0],
      ["text/vni", 0, 1],
    ]);
    expect(tally.total).toMatchObject({ passed: 2, failed: 1 });
  });

  it("counts the scenarios that each deviation rule touched, and those that any did", () => {
    const tally = tallyOf(
      passed("nat", undefined, ["02 W1", "02 W2"]),
      passed("nat", undefined, ["02 W2"]),
      passed("nat"),
    );
    expect([...(tally.rows[0]?.deviations ?? [])]).toEqual([
      ["02 W1", 1],
      ["02 W2", 2],
    ]);
    expect(tally.touched).toBe(2);
  });
});

describe("tallyTable", () => {
  it("aligns names left and counts right, groups below their area", () => {
    expect(tallyTable(tallyOf(passed("text", "mac"), passed("arp", undefined, ["02 W2"]))).slice(0, 5)).toEqual([
      "AREA   TOTAL  PASSED  FAILED  DEVIATIONS",
      "arp        1       1       0  02 W2: 1",
      "text       1       1       0",
      "  mac      1       1       0",
      "total      2       2       0  02 W2: 1",
    ]);
  });
});
