// Says in words, field by field, how a result differs from the recorded one.

import { decodeFrame } from "../decode/decode.js";
import type { DecodedFrame } from "../decode/decoded.js";
import { summarizeFrame } from "../decode/frame-summary.js";
import type { Difference } from "./compare.js";
import { hexDiff } from "./hex-diff.js";
import { type Json, jsonText } from "./json.js";
import type { Mismatch, Report } from "./report.js";

/** Longest JSON value that is shown whole, in characters. */
const MAX_VALUE = 300;

/** Explains every mismatch of a report, as lines of text. */
export function explainReport(report: Report): string[] {
  const title = report.group === undefined ? report.name : `${report.group} ${report.name}`;
  return [`FAILED ${report.area}: ${title}`, ...report.mismatches.flatMap(explainMismatch)];
}

function explainMismatch(mismatch: Mismatch): string[] {
  const { where, problem, differences, frames } = mismatch;
  const input = frames === undefined ? "" : `: ${summarizeFrame(frames.input)}`;
  const lines = where === "" ? [] : [`  ${where}${input}`];
  if (problem !== undefined) lines.push(`    ${problem}`);
  for (const difference of differences) {
    if (difference.path !== "frame") lines.push(...explainDifference(difference));
  }
  if (frames?.expected !== undefined && frames.actual !== undefined) {
    if (differences.some((each) => each.path === "frame")) lines.push(...explainFrames(frames.expected, frames.actual));
  } else if (frames?.expected !== undefined) {
    lines.push(`    expected frame ${summarizeFrame(frames.expected)}`);
  } else if (frames?.actual !== undefined) {
    lines.push(`    actual frame   ${summarizeFrame(frames.actual)}`);
  }
  return lines;
}

function explainDifference({ path, expected, actual }: Difference): string[] {
  return [`    ${path}`, `      expected ${valueText(expected)}`, `      actual   ${valueText(actual)}`];
}

/** Fields that differ, each by its layer and name, then the bytes. */
function explainFrames(expected: Uint8Array, actual: Uint8Array): string[] {
  return [
    ...fieldDifferences(decodeFrame(expected), decodeFrame(actual)).flatMap(explainDifference),
    `    bytes (expected -, actual +)`,
    ...hexDiff(expected, actual).map((line) => `      ${line}`),
  ];
}

/** Differences between two decoded frames; fields are paired by layer and name, and by number where a name repeats. */
function fieldDifferences(expected: DecodedFrame, actual: DecodedFrame): Difference[] {
  const want = fieldTable(expected);
  const got = fieldTable(actual);
  return [...new Set([...want.keys(), ...got.keys()])]
    .filter((name) => want.get(name) !== got.get(name))
    .map((name) => ({ path: name, expected: want.get(name), actual: got.get(name) }));
}

function fieldTable(frame: DecodedFrame): Map<string, string> {
  const table = new Map<string, string>();
  for (const layer of frame) {
    for (const field of layer.fields) {
      const name = `${layer.name} ${field.name}`;
      let key = name;
      for (let n = 2; table.has(key); n++) key = `${name} #${n}`;
      table.set(key, field.value);
    }
  }
  return table;
}

function valueText(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  const text = jsonText(value);
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE)}… (${text.length} characters)`;
}
