// Addresses as 32-bit words, the form that tables keep them in.

import { type IpAddr, Ipv4Addr, Ipv6Addr } from "opte-api";

/** Unsigned words of an address, most significant first: one of IPv4, four of IPv6. */
export function wordsOf(ip: IpAddr): readonly number[] {
  return ip.family === 4 ? [ip.value] : ip.words;
}

/** The IPv4 address of the first word. */
export function ipv4Of(words: readonly number[]): Ipv4Addr {
  return Ipv4Addr.fromNumber(words[0] ?? 0);
}

/** The IPv6 address of the first four words. */
export function ipv6Of(words: readonly number[]): Ipv6Addr {
  return Ipv6Addr.fromWords(words[0] ?? 0, words[1] ?? 0, words[2] ?? 0, words[3] ?? 0);
}
