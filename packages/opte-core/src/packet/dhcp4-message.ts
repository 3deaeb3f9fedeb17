// Reads what matters of a DHCPv4 message (RFC 2131 §2, RFC 2132): its type, and where the values that a reply copies stand.

import { rd8 } from "./bytes.js";

/** Offset of the 32-bit transaction id in a message. */
export const DHCP4_XID_AT = 4;
/** Offset of the 16-bit flags in a message; bit 0x8000 asks for a broadcast reply. */
export const DHCP4_FLAGS_AT = 10;
/** Fixed part of a message and its magic cookie, in bytes; options follow. */
export const DHCP4_HEADER_LEN = 240;

const HARDWARE_ETHERNET = 1;
const HARDWARE_LEN = 6;
const COOKIE_AT = 236;
const COOKIE = [0x63, 0x82, 0x53, 0x63] as const;

const BOOT_REQUEST = 1;
const BOOT_REPLY = 2;

const OPTION_PAD = 0;
const OPTION_MESSAGE_TYPE = 53;
const OPTION_CLIENT_ID = 61;
const OPTION_END = 255;
/** Length of a client identifier that names a MAC address: hardware type and address. */
const MAC_CLIENT_ID_LEN = 7;

/**
 * Message type of the DHCPv4 message in `bytes[start, end)`: 1 Discover … 8 Inform.
 *
 * The whole message must be sound (spec 03 §6.1): Ethernet hardware, the cookie, a message type that fits the operation, and no
 * client identifier that names other hardware. The walk over the options ends at a truncated one; of several types the last counts.
 *
 * @returns -1 if it is not
 */
export function dhcp4MessageType(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < DHCP4_HEADER_LEN) return -1;
  if (bytes[start + 1] !== HARDWARE_ETHERNET || bytes[start + 2] !== HARDWARE_LEN) return -1;
  for (let i = 0; i < COOKIE.length; i++) if (bytes[start + COOKIE_AT + i] !== COOKIE[i]) return -1;
  const operation = bytes[start];
  let type = -1;
  let at = start + DHCP4_HEADER_LEN;
  while (at < end) {
    const code = bytes[at];
    at += 1;
    if (code === OPTION_PAD) continue;
    if (code === OPTION_END || at >= end) break;
    const length = rd8(bytes, at);
    at += 1;
    if (at + length > end) break;
    if (code === OPTION_MESSAGE_TYPE && length === 1 && operationOf(rd8(bytes, at)) === operation)
      type = rd8(bytes, at);
    if (code === OPTION_CLIENT_ID && length === MAC_CLIENT_ID_LEN && bytes[at] !== HARDWARE_ETHERNET) return -1;
    at += length;
  }
  return type;
}

/** The BOOTP operation that a message type belongs to, or -1 for no known type. */
function operationOf(type: number): number {
  switch (type) {
    case 1:
    case 3:
    case 4:
    case 7:
    case 8:
      return BOOT_REQUEST;
    case 2:
    case 5:
    case 6:
      return BOOT_REPLY;
    default:
      return -1;
  }
}
