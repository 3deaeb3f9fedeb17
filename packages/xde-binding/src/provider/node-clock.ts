// The clock of a Node process.

import type { ClockProvider } from "opte-core";

/** The process's monotonic clock, in whole milliseconds: unaffected by changes of the wall clock. */
export const nodeClock: ClockProvider = {
  nowMs(): number {
    // A fraction would be boxed for every packet: 16 bytes of garbage each
    return Math.floor(performance.now());
  },
};
