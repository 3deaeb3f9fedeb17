// The log provider: where the engine's few notes go (spec 02 §17).

/** From least to most severe. The engine writes notes; network definitions and what is built around the engine use the others. */
export type LogLevel = "note" | "warn" | "error";

/**
 * Receives log lines.
 *
 * - *Who calls, and when:* a layer of the port, in the thread that called the port and in the middle of a packet, when an action's
 *   generator fails: `failed to generate …: <flow> <error>`. A guest can provoke that as often as it sends, so a log that writes to
 *   something slow or finite should limit its rate.
 * - *Must:* keep the text as it is (it may hold `%`, braces or any other character: it is no format), keep the order of lines, and
 *   keep levels apart as far as what it writes to can; a log with two levels gives `note` the lower and `error` the higher.
 * - *Must not:* throw, even when what it writes to is gone; return a promise, which nobody awaits; call back into the port.
 * - *Cost:* not on the path of a flow that is known. A line holds up the packet that caused it, so write to a buffer, not to a disk.
 *
 * `logSuite` of `opte-core/testing` checks an implementation.
 */
export interface LogProvider {
  /** @param text one line, without a line end */
  log(level: LogLevel, text: string): void;
}

/** Drops everything. */
export const NULL_LOG: LogProvider = {
  log(): void {
    // A port without a log stays silent.
  },
};
