// The hash by which a flow table finds a key; nothing outside of the tables sees it (what the wire sees is flow-hash.ts).

/** Address family of a key whose ten words are all in use. */
export const IPV6 = 6;

/** Hash of any key. */
export function hashWords(words: Int32Array): number {
  const tail = at32(words, 9);
  if (tail >>> 8 === IPV6) return hashIpv6(words);
  return hashIpv4(at32(words, 0), at32(words, 4), at32(words, 8), tail);
}

/** Mixes the words of an IPv4 key; the six others are zero. */
export function hashIpv4(src: number, dst: number, info: number, tail: number): number {
  let h = Math.imul(src ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ dst, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ info, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15) ^ tail, 0x165667b1);
  return h ^ (h >>> 16);
}

/** Mixes all words of an IPv6 key. */
export function hashIpv6(words: Int32Array): number {
  let h = Math.imul(at32(words, 0) ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ at32(words, 4), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ at32(words, 8), 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15) ^ at32(words, 1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13) ^ at32(words, 2), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15) ^ at32(words, 3), 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 13) ^ at32(words, 5), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ at32(words, 6), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ at32(words, 7), 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15) ^ at32(words, 9), 0x165667b1);
  return h ^ (h >>> 16);
}

function at32(words: Int32Array, i: number): number {
  return words[i] as number; // Unwrap: a key has 10 words, and no index goes beyond
}
