// The clock of a Node process.

import type { ClockProvider } from "opte-core";

/** Readings for which the time may stand still: a few packets' worth, well below a millisecond. */
const READINGS = 32;

let nowMs = 0;
let left = 0;
let isRenewed = false;

/**
 * The process's monotonic clock, in whole milliseconds: unaffected by changes of the wall clock.
 *
 * To ask for the time costs more than all the rest of a small flow's hit, so it is asked for once for up to 32 readings. They all
 * belong to one run of JavaScript: whatever comes from the event loop later, a timer or a packet, finds the time anew.
 */
export const nodeClock: ClockProvider = {
  nowMs(): number {
    if (left === 0) renew();
    left--;
    return nowMs;
  },
};

function renew(): void {
  // A fraction would be boxed for every packet: 16 bytes of garbage each
  nowMs = Math.floor(performance.now());
  left = READINGS;
  if (isRenewed) return;
  isRenewed = true;
  queueMicrotask(outdate);
}

function outdate(): void {
  left = 0;
  isRenewed = false;
}
