// Ethernet II.

import type { Protocol } from "./decoded.js";
import type { FrameCursor } from "./frame-cursor.js";

const ETHER_TYPES: ReadonlyMap<number, Protocol> = new Map([
  [0x0800, "ipv4"],
  [0x0806, "arp"],
  [0x86dd, "ipv6"],
]);

/** Reads an Ethernet header, on the wire or inside a tunnel. */
export function decodeEthernet(cursor: FrameCursor): Protocol | undefined {
  cursor.layer("Ethernet");
  cursor.mac("dst");
  cursor.mac("src");
  return ETHER_TYPES.get(cursor.hexNumber("type", 2));
}
