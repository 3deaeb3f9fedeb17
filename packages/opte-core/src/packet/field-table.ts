// The field table: every header field that the engine matches, sets or prints, declared once.

import type { Packet } from "./packet.js";

/** Headers that fields belong to: the inner ones. */
export type FieldHeader = "ether" | "ipv4" | "ipv6" | "tcp" | "udp" | "icmp" | "icmpv6";

/**
 * The inner checksums that cover a field: none; the upper layer's; or that one through its pseudo-header (which ICMP of IPv4 lacks)
 * and, for IPv4, the header's own.
 */
export type Coverage = "none" | "ulp" | "pseudo";

/** One header field; all of them begin and end at a byte. */
export interface Field {
  /** Name as predicates print it (spec 02 §3.3); where they print none, one in the same manner. */
  readonly name: string;
  readonly header: FieldHeader;
  /** Bytes from the start of the header. */
  readonly offset: number;
  /** Width in bits. */
  readonly bits: number;
  readonly covered: Coverage;
}

/** Fields, by the names that the engine's code uses. */
export type FieldId =
  | "etherDst"
  | "etherSrc"
  | "etherType"
  | "ipv4Protocol"
  | "ipv4Src"
  | "ipv4Dst"
  | "ipv6Src"
  | "ipv6Dst"
  | "tcpSrc"
  | "tcpDst"
  | "tcpFlags"
  | "tcpChecksum"
  | "udpSrc"
  | "udpDst"
  | "udpChecksum"
  | "icmpType"
  | "icmpCode"
  | "icmpChecksum"
  | "icmpId"
  | "icmpv6Type"
  | "icmpv6Code"
  | "icmpv6Checksum"
  | "icmpv6Id";

/** The table. The protocol of an IPv6 packet is not in it: it stands in the last header of a chain, `Packet.protoAt`. */
export const FIELDS: Readonly<Record<FieldId, Field>> = Object.freeze({
  etherDst: field("inner.ether.dst", "ether", 0, 48, "none"),
  etherSrc: field("inner.ether.src", "ether", 6, 48, "none"),
  etherType: field("inner.ether.ether_type", "ether", 12, 16, "none"),
  ipv4Protocol: field("inner.ip.proto", "ipv4", 9, 8, "pseudo"),
  ipv4Src: field("inner.ip.src", "ipv4", 12, 32, "pseudo"),
  ipv4Dst: field("inner.ip.dst", "ipv4", 16, 32, "pseudo"),
  ipv6Src: field("inner.ip6.src", "ipv6", 8, 128, "pseudo"),
  ipv6Dst: field("inner.ip6.dst", "ipv6", 24, 128, "pseudo"),
  tcpSrc: field("inner.ulp.src", "tcp", 0, 16, "ulp"),
  tcpDst: field("inner.ulp.dst", "tcp", 2, 16, "ulp"),
  tcpFlags: field("inner.tcp.flags", "tcp", 13, 8, "ulp"),
  tcpChecksum: field("inner.tcp.checksum", "tcp", 16, 16, "none"),
  udpSrc: field("inner.ulp.src", "udp", 0, 16, "ulp"),
  udpDst: field("inner.ulp.dst", "udp", 2, 16, "ulp"),
  udpChecksum: field("inner.udp.checksum", "udp", 6, 16, "none"),
  icmpType: field("inner.icmp.type", "icmp", 0, 8, "ulp"),
  icmpCode: field("inner.icmp.code", "icmp", 1, 8, "ulp"),
  icmpChecksum: field("inner.icmp.checksum", "icmp", 2, 16, "none"),
  icmpId: field("inner.icmp.id", "icmp", 4, 16, "ulp"),
  icmpv6Type: field("inner.icmp.type", "icmpv6", 0, 8, "ulp"),
  icmpv6Code: field("inner.icmp.code", "icmpv6", 1, 8, "ulp"),
  icmpv6Checksum: field("inner.icmp.checksum", "icmpv6", 2, 16, "none"),
  icmpv6Id: field("inner.icmp.id", "icmpv6", 4, 16, "ulp"),
});

/** Offset of a header in `packet.frame.bytes`, or -1 if the packet has no such header. */
export function headerAt(packet: Packet, header: FieldHeader): number {
  switch (header) {
    case "ether":
      return packet.ether;
    case "ipv4":
      return packet.ipVersion === 4 ? packet.ip : -1;
    case "ipv6":
      return packet.ipVersion === 6 ? packet.ip : -1;
    case "tcp":
      return packet.proto === 6 ? packet.ulp : -1;
    case "udp":
      return packet.proto === 17 ? packet.ulp : -1;
    case "icmp":
      return packet.proto === 1 ? packet.ulp : -1;
    case "icmpv6":
      return packet.proto === 58 ? packet.ulp : -1;
  }
}

/** The bytes of a field as they stand, copied; `undefined` if the packet has no such header. For printing, not for the packet path. */
export function readField(packet: Packet, { header, offset, bits }: Field): Uint8Array | undefined {
  const at = headerAt(packet, header);
  return at < 0 ? undefined : packet.frame.bytes.slice(at + offset, at + offset + bits / 8);
}

function field(name: string, header: FieldHeader, offset: number, bits: number, covered: Coverage): Field {
  return Object.freeze({ name, header, offset, bits, covered });
}
