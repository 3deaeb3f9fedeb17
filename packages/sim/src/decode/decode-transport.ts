// TCP (RFC 9293) and UDP (RFC 768).

import type { Protocol } from "./decoded.js";
import type { FrameCursor } from "./frame-cursor.js";

const TCP_FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

const GENEVE_PORT = 6081;
const UDP_PORTS: ReadonlyMap<number, Protocol> = new Map([
  [67, "dhcp"],
  [68, "dhcp"],
  [546, "dhcpv6"],
  [547, "dhcpv6"],
  [GENEVE_PORT, "geneve"],
]);

/** Reads a TCP header. */
export function decodeTcp(cursor: FrameCursor): undefined {
  cursor.layer("TCP");
  cursor.number("src port", 2);
  cursor.number("dst port", 2);
  cursor.number("seq", 4);
  cursor.number("ack", 4);
  const dataOffset = cursor.take(1) >> 4;
  cursor.note("data offset", dataOffset, 1);
  const flags = cursor.take(1);
  cursor.note("flags", TCP_FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0).join(" ") || "none", 1);
  cursor.number("window", 2);
  cursor.hexNumber("checksum", 2);
  cursor.number("urgent", 2);
  cursor.bytes("options", Math.max(0, dataOffset * 4 - 20));
  return undefined;
}

/** Reads a UDP header; either port tells what it carries. */
export function decodeUdp(cursor: FrameCursor): Protocol | undefined {
  cursor.layer("UDP");
  const source = cursor.number("src port", 2);
  const destination = cursor.number("dst port", 2);
  cursor.number("length", 2);
  cursor.hexNumber("checksum", 2);
  // Geneve goes by its destination only: its source port is a hash.
  const bySource = source === GENEVE_PORT ? undefined : UDP_PORTS.get(source);
  return cursor.left > 0 ? (UDP_PORTS.get(destination) ?? bySource) : undefined;
}
