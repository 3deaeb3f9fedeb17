// Unsigned 64-bit numbers, which the reference counts with and JavaScript numbers cannot hold all of.

/**
 * An integer from 0 to 2^64 - 1: a number up to 2^53 - 1, above it a bigint. Counters that the reference has let wrap below zero are
 * such bigints. A value that this project makes itself is always a number.
 */
export type Uint64 = number | bigint;
