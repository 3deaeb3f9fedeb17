// Internet checksums (RFC 1071): 16-bit one's-complement sums over byte ranges, and their update (RFC 1624).
//
// A running sum is a plain number below 2^32 that is not folded yet. Sums may be taken over words in either byte order as long as
// all words of one sum agree (RFC 1071 §2 B); the functions here use network order, `sumWord` serves both.

import { rd16, rd8 } from "./bytes.js";

/** Adds the 16-bit words of `bytes[from, to)` to `sum`; an odd last byte counts as the high byte of a word. */
export function sumBytes(bytes: Uint8Array, from: number, to: number, sum: number): number {
  let total = sum;
  let at = from;
  for (; at + 1 < to; at += 2) total += rd16(bytes, at);
  if (at < to) total += rd8(bytes, at) << 8;
  return total;
}

/** The two 16-bit halves of a 32-bit word, added. */
export function sumWord(word: number): number {
  return (word & 0xffff) + (word >>> 16);
}

/** Folds a sum below 2^32 to 16 bits. */
export function foldSum(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}

/** The checksum field for a sum: its one's complement, which added to a sum takes this one out of it (RFC 1624 §3). */
export function finishSum(sum: number): number {
  return ~foldSum(sum) & 0xffff;
}

/**
 * Updates a checksum field for a change of what it covers, `delta` being the sum of the new words and of the
 * complements of the old ones. A wrong checksum stays wrong by the same amount. Of the two zeros it gives 0, never 0xffff, as a
 * sum from scratch over words that are not all zero does.
 */
export function updateChecksum(checksum: number, delta: number): number {
  const sum = foldSum((~checksum & 0xffff) + delta);
  return sum === 0 ? 0 : ~sum & 0xffff;
}

/** Sum of an IPv4 pseudo-header (RFC 9293 §3.1): both addresses, protocol, length of the upper-layer packet. */
export function sumIpv4Pseudo(bytes: Uint8Array, ip: number, protocol: number, upperLen: number): number {
  return sumBytes(bytes, ip + 12, ip + 20, protocol + upperLen);
}

/** Sum of an IPv6 pseudo-header (RFC 8200 §8.1): both addresses, length of the upper-layer packet, next header. */
export function sumIpv6Pseudo(bytes: Uint8Array, ip: number, protocol: number, upperLen: number): number {
  return sumBytes(bytes, ip + 8, ip + 40, protocol + upperLen);
}

/** Computes the checksum of an IPv4 header of `length` bytes from scratch and writes it. */
export function writeIpv4Checksum(bytes: Uint8Array, ip: number, length: number): void {
  const checksum = finishSum(sumBytes(bytes, ip, ip + 10, sumBytes(bytes, ip + 12, ip + length, 0)));
  bytes[ip + 10] = checksum >>> 8;
  bytes[ip + 11] = checksum;
}
