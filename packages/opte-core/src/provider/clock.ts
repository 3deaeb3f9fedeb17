// The clock provider: the only source of time in the engine.

/** A monotonic clock. */
export interface ClockProvider {
  /** Milliseconds since an arbitrary instant; never decreases. */
  nowMs(): number;
}
