// The flow id of a packet (spec 01 §5.1), read from its bytes as they stand.

import { NO_PROTOCOL } from "../flow/flow-id.js";
import { rd16, rd8, rdWord } from "./bytes.js";
import type { Packet } from "./packet.js";

const IPV4 = 4;
const IPV6 = 6;

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;

/** Byte offset of the echo identifier in an ICMP or ICMPv6 header. */
export const ICMP_ID_AT = 4;

/**
 * Whether type and code are those of an ICMP or ICMPv6 echo request or reply, which alone carry an identifier.
 *
 * @param typeAndCode first two bytes of the header, type in the high one
 */
export function isEcho(proto: number, typeAndCode: number): boolean {
  if (proto === ICMP) return typeAndCode === 0x0800 || typeAndCode === 0x0000;
  return proto === ICMPV6 && (typeAndCode === 0x8000 || typeAndCode === 0x8100);
}

/**
 * Sets `packet.flow` from the packet's headers. The protocol is what stands in the IP header now, the last word comes from the
 * upper-layer header that was parsed; without an IP header it is the default flow.
 */
export function updateFlow(packet: Packet): void {
  const { words } = packet.flow;
  const { bytes } = packet.frame;
  const { ip, ulp, proto } = packet;
  switch (packet.ipVersion) {
    case 4:
      words[0] = rdWord(bytes, ip + 12);
      words[1] = words[2] = words[3] = 0;
      words[4] = rdWord(bytes, ip + 16);
      words[5] = words[6] = words[7] = 0;
      words[9] = rd8(bytes, packet.protoAt) | (IPV4 << 8);
      break;
    case 6:
      for (let i = 0; i < 8; i++) words[i] = rdWord(bytes, ip + 8 + 4 * i);
      words[9] = rd8(bytes, packet.protoAt) | (IPV6 << 8);
      break;
    default:
      words.fill(0);
      words[9] = NO_PROTOCOL | (IPV4 << 8);
      return;
  }
  if (proto === TCP || proto === UDP) {
    words[8] = rdWord(bytes, ulp);
    return;
  }
  const head = rdWord(bytes, ulp) & 0xffff;
  // The identifier is in memory order, like the rest of the key.
  const id = isEcho(proto, rd16(bytes, ulp)) ? rdWord(bytes, ulp + ICMP_ID_AT) << 16 : 0;
  words[8] = head | id;
}
