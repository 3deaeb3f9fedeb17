// ICMP (RFC 792) and ICMPv6 (RFC 4443) with neighbour discovery (RFC 4861).

import type { FrameCursor } from "./frame-cursor.js";

const ICMP_ECHO: readonly number[] = [0, 8];
const ICMPV6_ECHO: readonly number[] = [128, 129];

/** The messages of neighbour discovery are those from the first of these to the last (RFC 4861 §4). */
const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERTISEMENT = 134;
const REDIRECT = 137;

/** Reads an ICMP message of IPv4. */
export function decodeIcmp(cursor: FrameCursor): undefined {
  cursor.layer("ICMP");
  decodeHead(cursor, ICMP_ECHO);
  return undefined;
}

/** Reads an ICMPv6 message, with the options of neighbour discovery. */
export function decodeIcmpv6(cursor: FrameCursor): undefined {
  cursor.layer("ICMPv6");
  const type = decodeHead(cursor, ICMPV6_ECHO);
  if (type < ROUTER_SOLICITATION || type > REDIRECT) return undefined;
  if (type === ROUTER_ADVERTISEMENT) {
    cursor.number("reachable time", 4);
    cursor.number("retrans timer", 4);
  } else if (type > ROUTER_ADVERTISEMENT) {
    cursor.ipv6("target");
    if (type === REDIRECT) cursor.ipv6("destination");
  }
  decodeNdOptions(cursor);
  return undefined;
}

/** Reads the eight bytes that every message begins with. @returns the message type. */
function decodeHead(cursor: FrameCursor, echo: readonly number[]): number {
  const type = cursor.number("type", 1);
  cursor.number("code", 1);
  cursor.hexNumber("checksum", 2);
  if (echo.includes(type)) {
    cursor.number("id", 2);
    cursor.number("seq", 2);
  } else {
    cursor.hexNumber("rest of header", 4);
  }
  return type;
}

function decodeNdOptions(cursor: FrameCursor): void {
  while (cursor.left >= 8) {
    const length = cursor.peek(1) * 8;
    if (length === 0 || length > cursor.left) return;
    const type = cursor.take(1);
    cursor.take(1);
    cursor.bytes(`option ${type}`, length - 2);
  }
}
