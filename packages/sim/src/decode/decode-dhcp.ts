// DHCP for IPv4 (RFC 2131) with its options (RFC 2132).

import type { FrameCursor } from "./frame-cursor.js";

const MAGIC_COOKIE = 0x6382_5363;
const OPTION_PAD = 0;
const OPTION_MESSAGE_TYPE = 53;
const OPTION_END = 255;

/** Message types by number (RFC 2132 §9.6). */
const MESSAGE_TYPES = ["", "Discover", "Offer", "Request", "Decline", "ACK", "NAK", "Release", "Inform"];

/** Reads a DHCP message. */
export function decodeDhcp(cursor: FrameCursor): undefined {
  cursor.layer("DHCP");
  cursor.number("op", 1);
  cursor.number("htype", 1);
  cursor.number("hlen", 1);
  cursor.number("hops", 1);
  cursor.hexNumber("xid", 4);
  cursor.number("secs", 2);
  cursor.hexNumber("flags", 2);
  for (const name of ["ciaddr", "yiaddr", "siaddr", "giaddr"]) cursor.ipv4(name);
  cursor.mac("chaddr");
  cursor.bytes("chaddr padding", 10);
  cursor.bytes("sname", 64);
  cursor.bytes("file", 128);
  if (cursor.hexNumber("magic cookie", 4) === MAGIC_COOKIE) decodeOptions(cursor);
  return undefined;
}

function decodeOptions(cursor: FrameCursor): void {
  while (cursor.left > 0) {
    const code = cursor.take(1);
    if (code === OPTION_PAD) continue;
    if (code === OPTION_END) {
      cursor.note("end", "present", 1);
      return;
    }
    const length = cursor.take(1);
    if (code === OPTION_MESSAGE_TYPE && length === 1) {
      const type = cursor.take(1);
      cursor.note("message type", MESSAGE_TYPES[type] ?? type, 1);
    } else {
      cursor.bytes(`option ${code}`, length);
    }
  }
}
