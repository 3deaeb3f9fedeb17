// How long batches take, as the reference's opte-count-cycles prints it at its end: DTrace's linear histograms "tx" and "rx".

import type { TraceEvent } from "opte-api";
import { fieldNumber, fieldText } from "./trace-columns.js";

/** Bounds and width of the ranges, in nanoseconds. */
const LEAST = 256;
const MOST = 32_768;
const STEP = 256;
/** Ranges, with the one below and the one above. */
const RANGES = (MOST - LEAST) / STEP + 2;

const VALUE_WIDTH = 16;
const BAR_WIDTH = 40;
const TITLE = `${"value".padStart(VALUE_WIDTH)}  ------------- Distribution ------------- count`;

/** Counts events of `count-cycles`. */
export class TraceHistogram {
  readonly #counts: ReadonlyMap<string, number[]> = new Map([
    ["tx", emptyRanges()],
    ["rx", emptyRanges()],
  ]);

  /** Counts an event. */
  add(event: TraceEvent): void {
    const counts = this.#counts.get(fieldText(event, "dir") ?? "");
    if (counts === undefined) return;
    const range = Math.floor((fieldNumber(event, "ns") - LEAST) / STEP) + 1;
    const at = Math.min(Math.max(range, 0), RANGES - 1);
    counts[at] = (counts[at] ?? 0) + 1;
  }

  /** Both histograms, of what has been counted; nothing of a direction in which nothing went. */
  print(): string {
    return [...this.#counts]
      .filter(([, counts]) => counts.some((count) => count > 0))
      .map(([dir, counts]) => `\n  ${dir}\n${TITLE}\n${lines(counts).join("\n")}\n`)
      .join("");
  }
}

function emptyRanges(): number[] {
  return Array.from({ length: RANGES }, () => 0);
}

/** From the range before the first that has something to the one after the last. */
function lines(counts: readonly number[]): string[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const first = Math.max(counts.findIndex((count) => count > 0) - 1, 0);
  const last = counts.findLastIndex((count) => count > 0) + 1;
  return counts.slice(first, last + 1).map((count, i) => {
    const bar = "@".repeat(Math.floor((count * BAR_WIDTH) / total + 0.5));
    return `${rangeText(first + i).padStart(VALUE_WIDTH)} |${bar.padEnd(BAR_WIDTH)} ${count}`;
  });
}

function rangeText(range: number): string {
  if (range === 0) return `< ${LEAST}`;
  return range === RANGES - 1 ? `>= ${MOST}` : String(LEAST + (range - 1) * STEP);
}
