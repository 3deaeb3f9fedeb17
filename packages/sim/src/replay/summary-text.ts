// The summary of a replay as lines of text.

import { externalEndText } from "./decision-text.js";
import { secondsText } from "./event-line.js";
import { flowText } from "./packet-text.js";
import { VERDICTS } from "./replay-event.js";
import type { ReplaySummary, VerdictCounts } from "./replay-summary.js";

/** Most flows and drops that are listed. */
const MAX_ROWS = 20;

/** Counters, drops by reason, and flows. */
export function summaryLines(summary: ReplaySummary): string[] {
  const { packets, bytes, durationNs, recorded, unusable, paths, counters } = summary;
  const count = (counter: string): string => grouped(counters[counter] ?? 0);
  return [
    `${grouped(packets)} packets, ${grouped(bytes)} bytes, ${secondsText(durationNs)} s`,
    "",
    ...table([
      ["", "packets", ...VERDICTS],
      countRow("from the guest", summary.guest),
      countRow("from the outside", summary.returned),
    ]),
    ...(unusable === 0 ? [] : [`Not given to the port: ${grouped(unusable)}`]),
    `From the recorded gateway itself: ${grouped(recorded.packets)}, to ${grouped(recorded.answered)} of which ours is an answer`,
    `Left in the tables: flows ${count("out_uft_flows")} out, ${count("in_uft_flows")} in; TCP flows ${count("tcp_flows")}`,
    `Paths: ${grouped(paths.compiled)} compiled, ${grouped(paths.list)} list, ${grouped(paths.layers)} layers`,
    ...section("Dropped or failed, by reason", dropRows(summary)),
    ...section("Flows that left the port", flowRows(summary)),
  ];
}

function countRow(name: string, counts: VerdictCounts): string[] {
  return [name, grouped(counts.packets), ...VERDICTS.map((verdict) => grouped(counts[verdict]))];
}

function dropRows({ drops }: ReplaySummary): string[][] {
  return drops.map(({ direction, verdict, decision, packets }) => [grouped(packets), direction, verdict, decision]);
}

function flowRows({ flows }: ReplaySummary): string[][] {
  return flows.map(({ flow, external, packetsOut, packetsIn, bytesOut, bytesIn }) => [
    flowText(flow),
    `as ${externalEndText(external, "src")}`,
    `${grouped(packetsOut)} out, ${grouped(packetsIn)} in`,
    `${grouped(bytesOut)} bytes out, ${grouped(bytesIn)} in`,
  ]);
}

/** A titled table without a head, cut after {@link MAX_ROWS}; nothing if it is empty. */
function section(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const more = rows.length - MAX_ROWS;
  return [
    "",
    `${title}:`,
    ...table(rows.slice(0, MAX_ROWS)).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${grouped(more)} more`] : []),
  ];
}

/** Columns as wide as they must be, those of numbers aligned right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  const isNumeric = widths.map((_, i) => /^[\d,]+$/.test(rows.at(-1)?.[i] ?? ""));
  return rows.map((row) =>
    row
      .map((cell, i) => (isNumeric[i] === true ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** A number with its digits in groups of three. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
