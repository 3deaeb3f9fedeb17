// IPv6 addresses inside a text, rewritten to their plainest form by an implementation that is not ours.

import { isIPv6 } from "node:net";

/** Longest runs of what an IPv6 address is written with. */
const CANDIDATE = /[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/g;

/**
 * `text` with every IPv6 address in it that RFC 4291 allows in compressed hexadecimal, as the URL standard prints it.
 * The reference reads that form of any address; it refuses some of the other forms, which ours accepts.
 */
export function plainIpv6(text: string): string {
  return text.replace(CANDIDATE, (candidate) =>
    isIPv6(candidate) ? new URL(`http://[${candidate}]/`).hostname.slice(1, -1) : candidate,
  );
}
