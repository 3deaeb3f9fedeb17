// How storage for flows grows: without a copy that is large enough to stop packets.

/** Storage of up to this many entries doubles; a larger one has room for as many as there may be, or as are likely to come. */
const FIRST = 16;
const SMALL = 8192;
const LARGE = 2 ** 20;

/**
 * Entries that storage is to have room for next. The system gives memory for new storage only as it is written to, so room that is not
 * used costs nothing; what must not happen is that many entries are copied at once.
 *
 * @param held entries that it has room for now
 * @param needed entries that it must have room for, more than `held`
 * @param limit most entries, as far as it is known
 */
export function grownCapacity(held: number, needed: number, limit: number): number {
  let capacity = Math.max(held, FIRST);
  while (capacity < needed) capacity = capacity < SMALL ? capacity * 2 : Math.max(capacity * 2, LARGE);
  return needed > limit ? capacity : Math.min(capacity, limit);
}

/** `larger`, new, with what `values` holds at its beginning. */
export function grown<Values extends Int32Array | Float64Array | Uint8Array>(values: Values, larger: Values): Values {
  larger.set(values);
  return larger;
}
