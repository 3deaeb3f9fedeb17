// One line a packet: time, direction, flow, verdict, path, layer and rule or reason.

import { decisionText } from "./decision-text.js";
import { packetText } from "./packet-text.js";
import type { ReplayEvent } from "./replay-event.js";

/** What the third last column says: a verdict, or that there was none to be had. */
export type Outcome = "modified" | "hairpin" | "drop" | "parse_error" | "error" | "recorded" | "unusable";

/** How lines look. */
export interface LineFormat {
  /** Columns of the flow, at least; a longer text moves the rest of its line, unless `maxWidth` is set. */
  readonly flowWidth: number;
  /** Columns of a line; what does not fit is cut, its flow first. Absent: nothing is cut. */
  readonly maxWidth?: number;
  /** Colours a text by the outcome of its packet; absent: none. */
  readonly paint?: (outcome: Outcome, text: string) => string;
}

const TIME_WIDTH = 10;
const DIRECTION_WIDTH = 3;
const OUTCOME_WIDTH = 11;
const PATH_WIDTH = 8;
/** Part of a line's free columns that flows get where they are cut; the rest is the reason's. */
const FLOW_SHARE = 0.6;
const MIN_FLOW_WIDTH = 20;
const GAP = "  ";

/** The names of the columns, aligned with the lines. */
export function lineHeading(format: LineFormat): string {
  const heading = columns(format, ["time", "dir", "flow", "verdict", "path", "layer, rule, reason"]);
  return cut(heading.join(GAP), format.maxWidth);
}

/** The line of one packet. */
export function eventLine(event: ReplayEvent, format: LineFormat): string {
  const outcome = outcomeOf(event);
  const path = "path" in event && event.verdict !== "parse_error" ? event.path : "-";
  const flow = packetText(event.captured, event.flow);
  const texts = [secondsText(event.elapsedNs), event.direction, flow, outcome, path, decisionText(event)];
  const cells = columns(format, texts);
  const line = cut(cells.join(GAP).trimEnd(), format.maxWidth);
  return format.paint === undefined ? line : painted(line, cells, outcome, format.paint);
}

/** What became of a packet. */
export function outcomeOf(event: ReplayEvent): Outcome {
  return "verdict" in event ? event.verdict : event.kind;
}

/** Nanoseconds as seconds with six decimals. */
export function secondsText(ns: bigint): string {
  const magnitude = (ns < 0n ? -ns : ns) / 1000n;
  return `${ns < 0n ? "-" : ""}${magnitude / 1_000_000n}.${String(magnitude % 1_000_000n).padStart(6, "0")}`;
}

function columns(
  format: LineFormat,
  [time = "", direction = "", flow = "", outcome = "", path = "", ...rest]: string[],
): string[] {
  const width = flowWidth(format);
  return [
    time.padStart(TIME_WIDTH),
    direction.padEnd(DIRECTION_WIDTH),
    (format.maxWidth === undefined ? flow : cut(flow, width)).padEnd(width),
    outcome.padEnd(OUTCOME_WIDTH),
    path.padEnd(PATH_WIDTH),
    ...rest,
  ];
}

/** Room for flows: as much as asked for, less where the reason would find none. */
function flowWidth({ flowWidth: wanted, maxWidth }: LineFormat): number {
  if (maxWidth === undefined) return wanted;
  const others = TIME_WIDTH + DIRECTION_WIDTH + OUTCOME_WIDTH + PATH_WIDTH + 5 * GAP.length;
  return Math.max(MIN_FLOW_WIDTH, Math.min(wanted, Math.floor(FLOW_SHARE * (maxWidth - others))));
}

function cut(text: string, width: number | undefined): string {
  return width === undefined || text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function painted(
  line: string,
  cells: readonly string[],
  outcome: Outcome,
  paint: (outcome: Outcome, text: string) => string,
): string {
  const from = cells.slice(0, 3).join(GAP).length + GAP.length;
  const to = Math.min(from + outcome.length, line.length);
  return line.slice(0, from) + paint(outcome, line.slice(from, to)) + line.slice(to);
}
