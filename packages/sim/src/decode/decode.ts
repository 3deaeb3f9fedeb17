// Decodes an Ethernet frame into named fields: what explanations and packet lists are made of.

import { decodeArp } from "./decode-arp.js";
import { decodeDhcp } from "./decode-dhcp.js";
import { decodeDhcpv6 } from "./decode-dhcpv6.js";
import { decodeEthernet } from "./decode-ethernet.js";
import { decodeGeneve } from "./decode-geneve.js";
import { decodeIcmp, decodeIcmpv6 } from "./decode-icmp.js";
import { decodeIpv4, decodeIpv6 } from "./decode-ip.js";
import { decodeTcp, decodeUdp } from "./decode-transport.js";
import type { DecodedFrame, Protocol } from "./decoded.js";
import { FrameCursor, OutOfBytes } from "./frame-cursor.js";

/** Reads one header at the cursor; what it carries comes back, `undefined` if it cannot be read further. */
type Decoder = (cursor: FrameCursor) => Protocol | undefined;

const DECODERS: Readonly<Record<Protocol, Decoder>> = {
  ethernet: decodeEthernet,
  arp: decodeArp,
  ipv4: decodeIpv4,
  ipv6: decodeIpv6,
  icmp: decodeIcmp,
  icmpv6: decodeIcmpv6,
  tcp: decodeTcp,
  udp: decodeUdp,
  geneve: decodeGeneve,
  dhcp: decodeDhcp,
  dhcpv6: decodeDhcpv6,
};

/** Decodes as much of `frame` as can be read; never throws. A header that the frame cuts short ends in `truncated`. */
export function decodeFrame(frame: Uint8Array): DecodedFrame {
  const cursor = new FrameCursor(frame);
  try {
    for (let next: Protocol | undefined = "ethernet"; next !== undefined;) next = DECODERS[next](cursor);
    if (cursor.left > 0) cursor.rest("payload");
  } catch (error) {
    if (!(error instanceof OutOfBytes)) throw error;
    cursor.rest("truncated");
  }
  return cursor.layers;
}
