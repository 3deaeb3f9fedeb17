// IPv6 addresses inside texts made for people: the reference prints them in a form of its own.

import { Ipv6Addr, TextError } from "opte-api";

/** Candidates: longest runs of what an IPv6 address is written with; MAC addresses and times are among them. */
const CANDIDATE = /[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/g;
const FULL_COLONS = 7;

/** `text` with every IPv6 address in it, also that of a prefix, rewritten to RFC 5952. */
export function canonicalDisplay(text: string): string {
  return text.replace(CANDIDATE, (candidate) => {
    if (!candidate.includes("::") && candidate.split(":").length - 1 < FULL_COLONS) return candidate;
    try {
      return Ipv6Addr.parse(candidate).toString();
    } catch (error) {
      if (error instanceof TextError) return candidate;
      throw error;
    }
  });
}
