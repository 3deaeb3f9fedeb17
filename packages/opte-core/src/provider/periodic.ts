// The periodic provider: timers for the engine's housekeeping (spec 02 §17).

import { OpteError } from "opte-api";

/** A running periodic callback. */
export interface PeriodicTimer {
  /** Stops it; no call happens afterwards. Idempotent. */
  stop(): void;
}

/** Calls back at a fixed interval. */
export interface PeriodicProvider {
  /**
   * @param name for the provider's own diagnostics
   * @param intervalMs positive multiple of {@link PERIODIC_GRANULARITY_MS}; check it with {@link checkInterval}
   * @throws OpteError of kind `System` for another interval
   */
  start(name: string, intervalMs: number, callback: () => void): PeriodicTimer;
}

/** Intervals are multiples of this, because the reference's kernel timers are. */
export const PERIODIC_GRANULARITY_MS = 10;

const EINVAL = 22;

/**
 * Checks an interval on behalf of a provider.
 *
 * @throws OpteError of kind `System` unless `intervalMs` is a positive multiple of 10.
 */
export function checkInterval(intervalMs: number): void {
  if (Number.isInteger(intervalMs) && intervalMs > 0 && intervalMs % PERIODIC_GRANULARITY_MS === 0) return;
  throw new OpteError({
    kind: "System",
    errno: EINVAL,
    msg: `Cannot start a periodic timer: interval ${intervalMs} ms is not a positive multiple of ${PERIODIC_GRANULARITY_MS} ms`,
  });
}
