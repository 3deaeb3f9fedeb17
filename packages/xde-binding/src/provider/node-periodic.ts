// Periodic timers of a Node process.

import { checkInterval, type PeriodicProvider, type PeriodicTimer } from "opte-core";

/** Timers on the event loop. They do not keep the process alive by themselves. */
export const nodePeriodic: PeriodicProvider = {
  start(_name: string, intervalMs: number, callback: () => void): PeriodicTimer {
    checkInterval(intervalMs);
    const timer = setInterval(callback, intervalMs);
    timer.unref();
    return {
      stop(): void {
        clearInterval(timer);
      },
    };
  },
};
