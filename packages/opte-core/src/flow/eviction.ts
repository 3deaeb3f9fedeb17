// Eviction priorities (spec 02 §9.3, §13.5): which entry of a full table goes first.
//
// A priority is 0..65535, the highest goes first. Two verdicts are outside that scale.

/** The entry must not be evicted; beats every number when verdicts are combined. */
export const PROTECTED = -1;

/** The policy does not say; another verdict decides, and without one the entry stays. */
export const NO_OPINION = 0x1_0000;

/** The verdict of TCP flows in unified and layer flow tables: always evictable. */
export const ALWAYS_EVICTABLE = 0xffff;

const TCP = 6;

/** Own verdict of a plain-TTL entry (unified and layer flow tables). */
export function ttlPriority(proto: number): number {
  return proto === TCP ? ALWAYS_EVICTABLE : NO_OPINION;
}

/**
 * Maps an age between `fromMs` and `toMs` onto `low`…`high`, clamped at both ends, with a 16-bit fixed-point fraction, rounded half up.
 *
 * @returns `undefined` when `fromMs > toMs` or `high < low`
 */
export function interpolatePriority(
  ageMs: number,
  fromMs: number,
  toMs: number,
  low: number,
  high: number,
): number | undefined {
  if (fromMs > toMs || high < low) return undefined;
  if (ageMs <= fromMs) return low;
  if (ageMs >= toMs) return high;
  const fraction = Math.floor(((ageMs - fromMs) * 0x1_0000) / (toMs - fromMs));
  return low + Math.floor(((high - low) * fraction + 0x8000) / 0x1_0000);
}
