// Periodic timers of an event loop: the same in Node, in browsers and in workers.

import { checkInterval, type PeriodicProvider, type PeriodicTimer } from "opte-core";

/** Timers by the host's `setInterval`. */
export const intervalPeriodic: PeriodicProvider = {
  start(_name, intervalMs, callback): PeriodicTimer {
    checkInterval(intervalMs);
    const timer = setInterval(callback, intervalMs);
    release(timer);
    return {
      stop(): void {
        clearInterval(timer);
      },
    };
  },
};

/** Lets a Node program end that has nothing else to do. A browser's timer is a number, and its page ends when it is closed. */
function release(timer: number | { unref?(): unknown }): void {
  if (typeof timer === "object") timer.unref?.();
}
