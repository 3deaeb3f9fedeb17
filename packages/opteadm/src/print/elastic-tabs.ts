// Elastic tab stops: how the reference aligns its tables (spec 05 §9.2).

import { textWidth } from "./text-width.js";

const MIN_WIDTH = 2;
const GAP = 2;

/**
 * Aligns lines whose cells are separated by tabs. A column is as wide as its widest cell in a run of consecutive lines that all have a
 * cell behind it, and two blanks wider; the last cell of a line is never padded. So a line without tabs ends every column.
 */
export function alignTabs(lines: readonly string[]): string[] {
  const rows = lines.map((line) => line.split("\t"));
  const aligned = rows.map(() => "");
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  for (let column = 0; column < columns; column++) {
    for (let start = 0; start < rows.length;) {
      const end = runEnd(rows, column, start);
      let width = MIN_WIDTH;
      for (let i = start; i < end; i++) width = Math.max(width, textWidth(rows[i]?.[column] ?? ""));
      for (let i = start; i < end; i++) {
        const cell = rows[i]?.[column] ?? "";
        aligned[i] = (aligned[i] ?? "") + cell + " ".repeat(width + GAP - textWidth(cell));
      }
      // The line that ended the run has its last cell here, or none.
      if (end < rows.length) aligned[end] = (aligned[end] ?? "") + (rows[end]?.[column] ?? "");
      start = end + 1;
    }
  }
  return aligned;
}

/** End of the run of lines from `start` on that have a cell behind `column`; `start` itself if that line has none. */
function runEnd(rows: readonly (readonly string[])[], column: number, start: number): number {
  let end = start;
  while ((rows[end]?.length ?? 0) > column + 1) end++;
  return end;
}
