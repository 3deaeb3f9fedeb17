// The conformance suite of log providers.

import type { LogLevel, LogProvider } from "../provider/log.js";
import { check, isPromise, quietly, type TestCase } from "./test-case.js";

/** A line as it can be read back from what a log wrote to. */
export interface LoggedLine {
  /** How severe the line is there: any number that is higher for what is more severe. */
  readonly severity: number;
  readonly text: string;
}

/** A log under test, with what it wrote to. */
export interface LogSubject {
  readonly log: LogProvider;
  /** Every line so far, in order; waits for buffers to be written out if it must. */
  lines(): readonly LoggedLine[] | Promise<readonly LoggedLine[]>;
  /** Makes whatever the log writes to fail from now on. Leave it out where that cannot be done. */
  breakSink?(): void;
}

const LEVELS: readonly LogLevel[] = ["note", "warn", "error"];

/** Texts that a formatter, a template or an encoding would change. */
const AWKWARD_TEXTS: readonly string[] = [
  "failed to generate descriptor for stateful action: TCP:10.0.0.1:1025:10.0.0.2:80 SNAT Pool (exhausted)",
  "100%d of %s, %o %% done",
  "{braces} ${template} \\n \"quotes\" 'n' `ticks`",
  "  leading and trailing blanks  ",
  "größer → 多言語 🙂",
  "-",
];

/**
 * The contract of {@link LogProvider}.
 *
 * @param makeSubject makes a log for one test, with nothing written yet; called once at first, to see whether its sink can be broken
 */
export function logSuite(makeSubject: () => LogSubject): readonly TestCase[] {
  const cases: TestCase[] = [
    {
      name: "takes every level, and returns nothing to wait for",
      run(): void {
        const { log } = makeSubject();
        for (const level of LEVELS) write(log, level, "text");
      },
    },
    {
      name: "writes one line for each call, in order",
      async run(): Promise<void> {
        const subject = makeSubject();
        const texts = Array.from({ length: 20 }, (_, i) => `line ${i}`);
        texts.forEach((text, i) => write(subject.log, LEVELS[i % LEVELS.length] ?? "note", text));
        expectTexts(await subject.lines(), texts);
      },
    },
    {
      name: "writes a line as often as it is given",
      async run(): Promise<void> {
        const subject = makeSubject();
        const texts = ["twice", "twice"];
        for (const text of texts) write(subject.log, "note", text);
        expectTexts(await subject.lines(), texts);
      },
    },
    {
      name: "keeps the text as it is",
      async run(): Promise<void> {
        const subject = makeSubject();
        for (const text of AWKWARD_TEXTS) write(subject.log, "note", text);
        expectTexts(await subject.lines(), AWKWARD_TEXTS);
      },
    },
    {
      name: "keeps levels in order of severity",
      async run(): Promise<void> {
        const subject = makeSubject();
        for (const level of LEVELS) write(subject.log, level, level);
        const severities = (await subject.lines()).map((line) => line.severity);
        const [note, warn, error] = severities;
        check(
          note !== undefined &&
            warn !== undefined &&
            error !== undefined &&
            note <= warn &&
            warn <= error &&
            note < error,
          `Expected severities of note, warn and error to rise, got ${severities.join(", ")}`,
        );
      },
    },
  ];
  if (makeSubject().breakSink !== undefined) {
    cases.push({
      name: "does not throw when what it writes to fails",
      run(): void {
        const subject = makeSubject();
        write(subject.log, "note", "before");
        subject.breakSink?.();
        for (const level of LEVELS) write(subject.log, level, "after");
      },
    });
  }
  return cases;
}

function write(log: LogProvider, level: LogLevel, text: string): void {
  const returned: unknown = quietly(`log(${JSON.stringify(level)}, …)`, (): unknown => log.log(level, text));
  check(!isPromise(returned), "Expected log to return nothing, but it returned a promise, which nobody awaits");
}

function expectTexts(lines: readonly LoggedLine[], expected: readonly string[]): void {
  const texts = lines.map((line) => line.text);
  const got = JSON.stringify(texts);
  check(got === JSON.stringify(expected), `Expected the lines ${JSON.stringify(expected)}, got ${got}`);
}
