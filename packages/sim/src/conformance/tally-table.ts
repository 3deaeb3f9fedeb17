// The table of a conformance run, as printed.

import { DEVIATION_NOTES } from "./deviations/index.js";
import type { AreaTally, Tally } from "./tally.js";

const HEAD = ["AREA", "TOTAL", "PASSED", "FAILED", "DEVIATIONS"] as const;

/** Lines of the table by area, then the deviation rules that applied. */
export function tallyTable(tally: Tally): string[] {
  const rows = tally.rows.map(row);
  const cells = [[...HEAD], ...rows, row(tally.total)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((each) => each[column]?.length ?? 0)));
  return [
    ...cells.map((each) =>
      each
        .map((cell, i) => alignCell(cell, widths[i] ?? 0, i))
        .join("  ")
        .trimEnd(),
    ),
    ...deviationLines(tally),
  ];
}

function row({ name, passed, failed, deviations }: AreaTally): string[] {
  const slash = name.indexOf("/");
  return [
    slash < 0 ? name : `  ${name.slice(slash + 1)}`,
    String(passed + failed),
    String(passed),
    String(failed),
    [...deviations].map(([weakness, count]) => `${weakness}: ${count}`).join(", "),
  ];
}

/** Names and rules are aligned left, numbers right. */
function alignCell(cell: string, width: number, column: number): string {
  return column === 0 || column === HEAD.length - 1 ? cell.padEnd(width) : cell.padStart(width);
}

function deviationLines(tally: Tally): string[] {
  const { deviations } = tally.total;
  if (deviations.size === 0) return [];
  return [
    "",
    `Deviation rules touched ${tally.touched} scenarios and records:`,
    ...DEVIATION_NOTES.filter((rule) => deviations.has(rule.weakness)).map(
      (rule) => `  ${rule.weakness} in ${deviations.get(rule.weakness) ?? 0}: ${rule.sentence}`,
    ),
  ];
}
