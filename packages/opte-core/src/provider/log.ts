// The log provider: where the engine's few notes go (spec 02 §17).

export type LogLevel = "note" | "warn" | "error";

/** Receives the engine's log lines. Must not throw and must not call back into the port. */
export interface LogProvider {
  log(level: LogLevel, text: string): void;
}

/** Drops everything. */
export const NULL_LOG: LogProvider = {
  log(): void {
    // A port without a log stays silent.
  },
};
