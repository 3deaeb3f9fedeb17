// A log for whoever runs a port in a terminal or in a browser: the host's console.

import type { LogLevel, LogProvider } from "opte-core";

/** The part of a console that the log uses. */
export type LogConsole = Pick<Console, "info" | "warn" | "error">;

const METHODS = { note: "info", warn: "warn", error: "error" } as const satisfies Record<LogLevel, keyof LogConsole>;

/**
 * Writes each line to the console's method for its level, so that a browser colours and filters it.
 *
 * @param target any console: the host's, or one made for a file
 */
export function consoleLog(target: LogConsole = console): LogProvider {
  return {
    log(level, text): void {
      try {
        // A console given one argument prints it as it is; with more, the first would be a format.
        target[METHODS[level]](text);
      } catch {
        // A log must not stop the packet that its line is about.
      }
    },
  };
}
