// ICMP (RFC 792) and ICMPv6 (RFC 4443) with neighbour discovery (RFC 4861).

import type { FrameCursor } from "./frame-cursor.js";

const ICMP_ECHO: readonly number[] = [0, 8];
const ICMPV6_ECHO: readonly number[] = [128, 129];

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
  switch (type) {
    case 133:
      return decodeNdOptions(cursor);
    case 134:
      cursor.number("reachable time", 4);
      cursor.number("retrans timer", 4);
      return decodeNdOptions(cursor);
    case 135:
    case 136:
      cursor.ipv6("target");
      return decodeNdOptions(cursor);
    case 137:
      cursor.ipv6("target");
      cursor.ipv6("destination");
      return decodeNdOptions(cursor);
    default:
      return undefined;
  }
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

function decodeNdOptions(cursor: FrameCursor): undefined {
  while (cursor.left >= 8) {
    const length = cursor.peek(1) * 8;
    if (length === 0 || length > cursor.left) return undefined;
    const type = cursor.take(1);
    cursor.take(1);
    cursor.bytes(`option ${type}`, length - 2);
  }
  return undefined;
}
