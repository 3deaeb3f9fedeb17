// Checksums of a packet's upper-layer header (spec 01 §10): updated for changed headers, or computed from scratch.

import { rd16, rd8, wr16 } from "../packet/bytes.js";
import { finishSum, sumBytes, sumIpv4Pseudo, sumIpv6Pseudo, updateChecksum } from "../packet/checksum.js";
import { FIELDS } from "../packet/field-table.js";
import type { Packet } from "../packet/packet.js";
import { IPV6_LEN } from "./pushed-header.js";

const ICMP = 1;
const TCP = 6;
const UDP = 17;

/** UDP sends a sum of 0 as its other form, since 0 means that there is none (RFC 768). */
export const UDP_ZERO = 0xffff;

/** Sum of what the upper-layer checksum covers in the headers: upper-layer header without the checksum, and pseudo-header. */
export function headerSum(packet: Packet): number {
  if (packet.ulp < 0) return 0;
  const { bytes } = packet.frame;
  const checksumAt = ulpChecksumAt(packet);
  return sumBytes(bytes, packet.ulp, packet.ulp + packet.ulpLen, pseudoSum(packet)) - rd16(bytes, checksumAt);
}

/**
 * Updates the checksum of the upper-layer header.
 *
 * @param delta sum of what it now covers, and of the complement of what it covered
 */
export function updateUlpChecksum(packet: Packet, delta: number): void {
  const { bytes } = packet.frame;
  const at = ulpChecksumAt(packet);
  const received = rd16(bytes, at);
  if (packet.proto !== UDP) wr16(bytes, at, updateChecksum(received, delta));
  else if (received !== 0) wr16(bytes, at, updateChecksum(received, delta) || UDP_ZERO);
}

/**
 * Computes the checksum of the upper-layer header from scratch, over everything behind the IP header to the end of the frame: link
 * padding counts as body.
 */
export function writeUlpChecksum(packet: Packet): void {
  const { bytes, end } = packet.frame;
  const at = ulpChecksumAt(packet);
  wr16(bytes, at, 0);
  const checksum = finishSum(sumBytes(bytes, packet.ulp, end, pseudoSum(packet)));
  wr16(bytes, at, checksum === 0 && packet.proto === UDP ? UDP_ZERO : checksum);
}

/** Offset of the checksum of the upper-layer header, which the packet has. */
function ulpChecksumAt({ proto, ulp }: Packet): number {
  if (proto === TCP) return ulp + FIELDS.tcpChecksum.offset;
  return ulp + (proto === UDP ? FIELDS.udpChecksum : FIELDS.icmpChecksum).offset;
}

/** Sum of the pseudo-header, which ICMP for IPv4 has none of. */
function pseudoSum({ frame, ip, ipLen, ipVersion, proto, protoAt }: Packet): number {
  if (proto === ICMP) return 0;
  const { bytes } = frame;
  const protocol = rd8(bytes, protoAt);
  // Lengths are not compared with each other when parsing, so the difference may be negative.
  if (ipVersion === 4) return sumIpv4Pseudo(bytes, ip, protocol, (rd16(bytes, ip + 2) - ipLen) & 0xffff);
  return sumIpv6Pseudo(bytes, ip, protocol, (rd16(bytes, ip + 4) - (ipLen - IPV6_LEN)) & 0xffff);
}
