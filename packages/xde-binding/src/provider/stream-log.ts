// A log that writes lines to a stream, in the reference's standard form (spec 02 §17).

import type { LogLevel, LogProvider } from "opte-core";

const PREFIXES: Readonly<Record<LogLevel, string>> = { note: "[NOTE]", warn: "[WARN]", error: "[ERROR]" };

/**
 * Writes `[NOTE] text` and a line end for every entry.
 *
 * @param stream whatever takes text. A line that it refuses by throwing is lost; errors that it reports otherwise, such as a Node
 *   stream's `error` event, are its owner's business.
 */
export function streamLog(stream: { write(text: string): unknown }): LogProvider {
  return {
    log(level: LogLevel, text: string): void {
      try {
        stream.write(`${PREFIXES[level]} ${text}\n`);
      } catch {
        // The packet that the line is about must go on, and there is nowhere else to say so.
      }
    },
  };
}
