// ARP (RFC 826) for IPv4 over Ethernet.

import type { FrameCursor } from "./frame-cursor.js";

/** Reads an ARP packet. */
export function decodeArp(cursor: FrameCursor): undefined {
  cursor.layer("ARP");
  cursor.number("htype", 2);
  cursor.hexNumber("ptype", 2);
  const hardwareLength = cursor.number("hlen", 1);
  const protocolLength = cursor.number("plen", 1);
  cursor.number("op", 2);
  if (hardwareLength !== 6 || protocolLength !== 4) return undefined;
  cursor.mac("sha");
  cursor.ipv4("spa");
  cursor.mac("tha");
  cursor.ipv4("tpa");
  return undefined;
}
