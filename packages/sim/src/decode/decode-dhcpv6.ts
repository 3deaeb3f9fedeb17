// DHCPv6 (RFC 8415).

import type { FrameCursor } from "./frame-cursor.js";

/** Message types by number (RFC 8415 §7.3). */
const MESSAGE_TYPES = [
  "",
  "Solicit",
  "Advertise",
  "Request",
  "Confirm",
  "Renew",
  "Rebind",
  "Reply",
  "Release",
  "Decline",
  "Reconfigure",
  "Information-request",
];

/** Reads a DHCPv6 message between client and server. */
export function decodeDhcpv6(cursor: FrameCursor): undefined {
  cursor.layer("DHCPv6");
  const type = cursor.take(1);
  cursor.note("message type", MESSAGE_TYPES[type] ?? type, 1);
  cursor.hexNumber("xid", 3);
  while (cursor.left >= 4) {
    const code = cursor.take(2);
    const length = cursor.take(2);
    cursor.bytes(`option ${code}`, length);
  }
  return undefined;
}
