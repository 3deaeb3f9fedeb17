// The random provider: the only source of randomness that actions may use.

/** A source of random numbers. The engine itself uses none; generators of network definitions may. */
export interface RandomProvider {
  /** An unsigned 32-bit integer. */
  nextU32(): number;
}
