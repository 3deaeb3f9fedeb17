// Results as lines of a terminal.

import { isMet, type Row, type Target, type Unit } from "../harness/row.ts";

const UNIT_TEXT: Readonly<Record<Unit, string>> = { ns: "ns", us: "µs", ms: "ms", bytes: "B", times: "×" };

export const TABLE_HEAD: readonly string[] = [
  "case",
  "best",
  "median",
  "floor",
  "÷ floor, best",
  "median",
  "target",
  "",
];

/** Cells of a row, for {@link TABLE_HEAD}. */
export function rowCells(row: Row): string[] {
  const { name, unit, best, median, floor, ratio, target, note } = row;
  const met = isMet(row);
  return [
    name,
    quantity(best, unit),
    quantity(median, unit),
    floor === undefined ? "" : quantity(floor.best, unit),
    ratio?.best.toFixed(2) ?? "",
    ratio?.median.toFixed(2) ?? "",
    target === undefined ? "" : targetText(target, unit),
    `${met === undefined ? "" : met ? "met" : "NOT MET"}${note === undefined ? "" : ` ${note}`}`.trim(),
  ];
}

/** A figure with its unit and three digits that count. */
export function quantity(value: number, unit: Unit): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNIT_TEXT[unit]}`;
}

function targetText({ of, atMost, atLeast }: Target, unit: Unit): string {
  const bound = atMost === undefined ? `≥ ${atLeast ?? 0}` : `≤ ${atMost}`;
  return of === "ratio" ? bound : `${bound} ${UNIT_TEXT[unit]}`;
}
