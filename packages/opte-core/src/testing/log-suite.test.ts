import type { LogLevel } from "../provider/log.js";
import { type Mutant, trySuite } from "../../test/suite-trial.js";
import { type LoggedLine, logSuite, type LogSubject } from "./log-suite.js";

const SEVERITIES: Readonly<Record<LogLevel, number>> = { note: 0, warn: 1, error: 2 };

type Write = (level: LogLevel, text: string, lines: LoggedLine[]) => unknown;

const writeLine: Write = (level, text, lines) => {
  lines.push({ severity: SEVERITIES[level], text });
};

/** A log into an array; `write` may do it another way. */
function arrayLog(write: Write = writeLine): () => LogSubject {
  return () => {
    const lines: LoggedLine[] = [];
    let isBroken = false;
    const log = (level: LogLevel, text: string): unknown => (isBroken ? undefined : write(level, text, lines));
    const breakSink = (): void => {
      isBroken = true;
    };
    return { log: { log }, lines: () => lines, breakSink };
  };
}

/** A log that does not know that its sink can fail. */
function brittleLog(): LogSubject {
  let lines: LoggedLine[] | undefined = [];
  return {
    log: {
      log(level, text): void {
        if (lines === undefined) throw new Error("Sink is gone");
        void writeLine(level, text, lines);
      },
    },
    lines: () => lines ?? [],
    breakSink(): void {
      lines = undefined;
    },
  };
}

const TAKES = "takes every level, and returns nothing to wait for";
const ORDER = "writes one line for each call, in order";
const REPEATS = "writes a line as often as it is given";
const TEXT = "keeps the text as it is";
const SEVERITY = "keeps levels in order of severity";
const NO_THROW = "does not throw when what it writes to fails";

const mutant = (fault: string, rule: string, write: Write): Mutant => ({
  fault,
  rule,
  suite: logSuite(arrayLog(write)),
});

const changed = (change: (text: string) => string): Write => {
  return (level, text, lines) => writeLine(level, change(text), lines);
};

trySuite(
  "logSuite",
  {
    "a log into an array": logSuite(arrayLog()),
    "a log with two levels": logSuite(
      arrayLog((level, text, lines) => void lines.push({ severity: level === "note" ? 0 : 1, text })),
    ),
    "a log whose lines have to be waited for": logSuite(() => {
      const { log, lines } = arrayLog()();
      return { log, lines: () => Promise.resolve(lines()) };
    }),
  },
  [
    mutant("has no level warn", TAKES, (level, text, lines) => {
      if (level === "warn") throw new Error("No such level");
      return writeLine(level, text, lines);
    }),
    // Its promise may be rejected when nobody looks.
    mutant("returns a promise", TAKES, async (level, text, lines) => {
      await Promise.resolve();
      writeLine(level, text, lines);
    }),
    mutant("drops notes", ORDER, (level, text, lines) => level !== "note" && writeLine(level, text, lines)),
    mutant("puts the newest first", ORDER, (level, text, lines) => {
      lines.unshift({ severity: SEVERITIES[level], text });
    }),
    mutant("drops repetitions", REPEATS, (level, text, lines) => {
      if (lines.at(-1)?.text !== text) writeLine(level, text, lines);
    }),
    mutant(
      "formats",
      TEXT,
      changed((text) => text.replace("%d", "NaN")),
    ),
    mutant(
      "takes templates",
      TEXT,
      changed((text) => text.replace(/\$\{.*?\}/, "")),
    ),
    mutant(
      "trims",
      TEXT,
      changed((text) => text.trim()),
    ),
    mutant(
      "knows Latin-1 only",
      TEXT,
      changed((text) => text.replace(/[^\0-\xff]/g, "?")),
    ),
    mutant(
      "puts a prefix into the text",
      TEXT,
      changed((text) => `opte: ${text}`),
    ),
    mutant("makes every line a note", SEVERITY, (_level, text, lines) => writeLine("note", text, lines)),
    mutant("has warn above error", SEVERITY, (level, text, lines) => {
      writeLine(level === "warn" ? "error" : level === "error" ? "warn" : "note", text, lines);
    }),
    { fault: "throws when its sink does", rule: NO_THROW, suite: logSuite(brittleLog) },
  ],
);
