// Writes of header fields into a frame, for received headers and for pushed ones.

import type { Ipv6Addr, MacAddr } from "opte-api";
import { rd16, wr16, wr32 } from "../packet/bytes.js";
import { FIELDS } from "../packet/field-table.js";
import { isEcho } from "../packet/packet-flow.js";
import type { Packet } from "../packet/packet.js";
import type { EtherFields, IpFields, UlpFields } from "./header-transform.js";

const TCP = 6;
const UDP = 17;

/** Sets fields of the Ethernet header at `ether`. */
export function writeEtherFields(bytes: Uint8Array, ether: number, { src, dst }: EtherFields): void {
  if (dst !== undefined) writeMac(bytes, ether + FIELDS.etherDst.offset, dst);
  if (src !== undefined) writeMac(bytes, ether + FIELDS.etherSrc.offset, src);
}

/**
 * Sets fields of the IP header at `ip`, which is of the fields' family.
 *
 * @param protoAt offset of the byte that holds the upper-layer protocol
 */
export function writeIpFields(bytes: Uint8Array, ip: number, protoAt: number, fields: IpFields): void {
  if (fields.version === 4) {
    if (fields.src !== undefined) wr32(bytes, ip + FIELDS.ipv4Src.offset, fields.src.value);
    if (fields.dst !== undefined) wr32(bytes, ip + FIELDS.ipv4Dst.offset, fields.dst.value);
  } else {
    if (fields.src !== undefined) writeIpv6Words(bytes, ip + FIELDS.ipv6Src.offset, fields.src);
    if (fields.dst !== undefined) writeIpv6Words(bytes, ip + FIELDS.ipv6Dst.offset, fields.dst);
  }
  if (fields.protocol !== undefined) bytes[protoAt] = fields.protocol;
}

/** Sets those fields of the packet's upper-layer header that its protocol has; others are left alone (spec 01 §6). */
export function writeUlpFields(packet: Packet, { srcPort, dstPort, tcpFlags, icmpId }: UlpFields): void {
  const { ulp, proto } = packet;
  const { bytes } = packet.frame;
  if (proto === TCP || proto === UDP) {
    if (srcPort !== undefined) wr16(bytes, ulp + FIELDS.tcpSrc.offset, srcPort);
    if (dstPort !== undefined) wr16(bytes, ulp + FIELDS.tcpDst.offset, dstPort);
    if (tcpFlags !== undefined && proto === TCP) bytes[ulp + FIELDS.tcpFlags.offset] = tcpFlags;
  } else if (icmpId !== undefined && isEcho(proto, rd16(bytes, ulp))) {
    wr16(bytes, ulp + FIELDS.icmpId.offset, icmpId);
  }
}

export function writeMac(bytes: Uint8Array, at: number, mac: MacAddr): void {
  wr16(bytes, at, mac.hi);
  wr32(bytes, at + 2, mac.lo);
}

/** Writes the 16 bytes of an IPv6 address. */
export function writeIpv6Words(bytes: Uint8Array, at: number, { words }: Ipv6Addr): void {
  wr32(bytes, at, words[0]);
  wr32(bytes, at + 4, words[1]);
  wr32(bytes, at + 8, words[2]);
  wr32(bytes, at + 12, words[3]);
}
