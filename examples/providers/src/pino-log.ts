// A log for services: structured lines by pino (https://getpino.io).

import type { LogLevel, LogProvider } from "opte-core";
import type { Logger } from "pino";

const LEVELS = { note: "info", warn: "warn", error: "error" } as const satisfies Record<LogLevel, keyof Logger>;

/**
 * Writes each line as the message of a pino record.
 *
 * @param logger what the port's lines go to; `logger.child({ port: "opte0" })` marks them with the port's name
 */
export function pinoLog(logger: Pick<Logger, "info" | "warn" | "error">): LogProvider {
  return {
    log(level, text): void {
      try {
        // As a member of a record the text is no format, whatever per cent signs it holds.
        logger[LEVELS[level]]({ msg: text });
      } catch {
        // A log must not stop the packet that its line is about.
      }
    },
  };
}
