// The periodic provider: timers for the engine's housekeeping (spec 02 §17).

import { OpteError } from "opte-api";

/** A running periodic callback. */
export interface PeriodicTimer {
  /**
   * Stops it; no call happens afterwards, not even one that was already due. May be called from any callback, the timer's own
   * included, and again at any time.
   */
  stop(): void;
}

/**
 * Calls back at a fixed interval. Implement it over the timers of your event loop, or over virtual time.
 *
 * - *Who calls, and when:* whoever runs a port starts a timer that calls `port.expireFlows()` about once a second, and stops it
 *   before the port is closed. The engine starts none by itself.
 * - *Must:* call back in the thread that runs the port, from the event loop and never from inside another call into the port. The
 *   first call comes one interval after `start`, not at once. Calls may come late, or be skipped under load.
 * - *Must not:* call early, call a callback while it runs, keep a program alive that has nothing else to do (where the event loop
 *   can tell), or let one timer's `stop` touch another of the same name.
 * - *Errors:* a callback does not throw; whoever passes one that may has to catch.
 * - *Cost:* starting is rare; a call is as cheap as your timers are.
 *
 * `periodicSuite` of `opte-core/testing` checks an implementation.
 */
export interface PeriodicProvider {
  /**
   * @param name for the provider's own diagnostics; need not be unique
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
