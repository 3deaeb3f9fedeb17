// A log that writes lines to a stream, in the reference's standard form (spec 02 §17).

import type { LogLevel, LogProvider } from "opte-core";

const PREFIXES: Readonly<Record<LogLevel, string>> = { note: "[NOTE]", warn: "[WARN]", error: "[ERROR]" };

/** Writes `[NOTE] text` and a line end for every entry. */
export function streamLog(stream: { write(text: string): unknown }): LogProvider {
  return {
    log(level: LogLevel, text: string): void {
      stream.write(`${PREFIXES[level]} ${text}\n`);
    },
  };
}
