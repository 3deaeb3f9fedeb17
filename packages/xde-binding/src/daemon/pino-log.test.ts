import { logSuite, type LogSubject } from "opte-core/testing";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { pinoLog } from "./pino-log.js";

const SEVERITIES: Readonly<Record<number, number>> = { 30: 0, 40: 1, 50: 2 };

interface Line {
  readonly severity: number;
  readonly text: string;
}

/** A log into an array. */
function makeSubject(
  nowMs: () => number = () => 0,
): Omit<LogSubject, "lines"> & { readonly lines: () => readonly Line[] } {
  const written: Line[] = [];
  let isBroken = false;
  const write = (line: string): void => {
    if (isBroken) throw new Error("EPIPE");
    // Unwrap: pino writes lines of this form
    const { level, msg } = JSON.parse(line) as { readonly level: number; readonly msg: string };
    written.push({ severity: SEVERITIES[level] ?? Number.NaN, text: msg });
  };
  return {
    log: pinoLog(pino({ level: "info" }, { write }), nowMs),
    lines: () => written,
    breakSink(): void {
      isBroken = true;
    },
  };
}

describe("pinoLog", () => {
  for (const test of logSuite(() => makeSubject())) it(test.name, test.run);

  it("tells of a flood of notes how many there were, and never leaves out an error", () => {
    let nowMs = 0;
    const { log, lines } = makeSubject(() => nowMs);
    for (let i = 0; i < 250; i++) log.log("note", `note ${i}`);
    log.log("error", "an error");
    nowMs = 1000;
    log.log("note", "the next second");
    const texts = lines().map(({ text }) => text);
    expect(texts).toHaveLength(103);
    expect(texts.slice(-3)).toEqual(["an error", "151 lines were left out", "the next second"]);
  });
});
