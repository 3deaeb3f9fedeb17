// The random provider: the only source of randomness that actions may use.

/**
 * A source of random numbers.
 *
 * - *Who calls, and when:* never the engine itself, which is deterministic; generators of a network definition may, in the thread
 *   that called the port and while a packet waits.
 * - *Must:* give numbers whose every bit is as good as the others, at once. Where numbers guard against guessing (ports, transaction
 *   ids), take them from a cryptographic source; where a run has to be repeatable, from a generator that you seed.
 * - *Must not:* throw, block for entropy, or call back into the port.
 * - *Cost:* only of slow-path packets; fetching a block at a time makes a system source cheap.
 *
 * `randomSuite` of `opte-core/testing` checks an implementation.
 */
export interface RandomProvider {
  /** An unsigned 32-bit integer, uniform over all 2^32. */
  nextU32(): number;
}
