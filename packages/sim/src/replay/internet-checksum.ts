// Internet checksums (RFC 1071), computed whole and updated for a change (RFC 1624).

/** Number of network order at `at`; the caller has checked that both bytes are there. */
export function read16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Writes the low 16 bits of `value` in network order. */
export function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** One's-complement sum of the 16-bit words of `bytes`, an odd last byte counting as the high one, folded to 16 bits. */
export function onesComplementSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum = fold(sum + read16(bytes, at));
  return sum;
}

/**
 * A checksum field after a part of what it covers has changed, by RFC 1624 equation 3.
 *
 * @param before the part as it was, of even length and at an even place
 * @param after the same part as it is now
 */
export function updatedChecksum(checksum: number, before: Uint8Array, after: Uint8Array): number {
  const removed = ~onesComplementSum(before) & 0xffff;
  return ~fold(fold((~checksum & 0xffff) + removed) + onesComplementSum(after)) & 0xffff;
}

function fold(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}
