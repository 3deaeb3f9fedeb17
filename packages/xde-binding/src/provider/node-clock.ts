// The clock of a Node process.

import type { ClockProvider } from "opte-core";

/** The process's monotonic clock: unaffected by changes of the wall clock. */
export const nodeClock: ClockProvider = {
  nowMs(): number {
    return performance.now();
  },
};
