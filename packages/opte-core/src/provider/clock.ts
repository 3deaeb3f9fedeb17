// The clock provider: the only source of time in the engine.

/**
 * A monotonic clock. Implement it over whatever counts steadily where you run: `performance.now()`, a device's tick, the virtual
 * time of a simulation.
 *
 * - *Who calls, and when:* the port, once for each packet that it processes and once for each `expireFlows()`, in the thread that
 *   called the port. Every lifetime, from a flow's last hit to TCP's closing states, is a difference of two readings.
 * - *Must:* return a finite number at once. A clock that stands still makes flows immortal, one that goes back makes them live
 *   longer; neither harms the engine otherwise, so virtual clocks may stand still between steps.
 * - *Must not:* throw, call back into the port, or follow the wall clock, which people and NTP set back.
 * - *Cost:* it is paid for every packet, hits of the unified flow table included: reading a counter is right, a system call is not.
 *   Round down to whole milliseconds: JavaScript puts a fraction on the heap, some 8 to 16 bytes of garbage a packet, and the engine
 *   has no use for it.
 *
 * `clockSuite` of `opte-core/testing` checks an implementation.
 */
export interface ClockProvider {
  /** Milliseconds since an arbitrary instant, fractions allowed; never decreases, and stays below 2^53. */
  nowMs(): number;
}
