// Structured logs: a log provider over pino.

import type { LogLevel, LogProvider } from "opte-core";
import type { Logger } from "pino";

const LEVELS = { note: "info", warn: "warn", error: "error" } as const satisfies Record<LogLevel, string>;

/** Most lines of a second; a guest can provoke lines as often as it sends. */
const MAX_PER_SECOND = 100;

/** Writes lines to `logger`; of more than 100 notes or warnings in a second it tells only how many there were. */
export function pinoLog(logger: Logger, nowMs: () => number): LogProvider {
  let second = Number.NEGATIVE_INFINITY;
  let written = 0;
  return {
    log(level: LogLevel, text: string): void {
      try {
        const now = Math.floor(nowMs() / 1000);
        if (now !== second) {
          if (written > MAX_PER_SECOND) logger.warn(`${written - MAX_PER_SECOND} lines were left out`);
          second = now;
          written = 0;
        }
        written += 1;
        if (written <= MAX_PER_SECOND || level === "error") logger[LEVELS[level]](text);
      } catch {
        // The packet that the line is about must go on, and there is nowhere else to say so.
      }
    },
  };
}
