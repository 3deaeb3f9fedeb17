// The inner header fields that predicates ask for, and where they stand in a packet.

import { FIELDS, headerAt, type Field, type FieldHeader } from "../packet/field-table.js";
import type { Packet } from "../packet/packet.js";
import type { Predicate } from "./predicate.js";

/** A predicate on one header field. */
export type FieldPredicate = Exclude<Predicate, { readonly kind: "meta" | "not" | "any" | "all" }>;

/** A field, by the kind of the predicate on it. */
export type InnerField = FieldPredicate["kind"];

/** What each is in the field table: a port is a field of two headers, of which a packet has at most one. */
const FIELDS_OF: Readonly<Record<InnerField, readonly [Field, ...Field[]]>> = {
  etherType: [FIELDS.etherType],
  etherDst: [FIELDS.etherDst],
  etherSrc: [FIELDS.etherSrc],
  ipv4Src: [FIELDS.ipv4Src],
  ipv4Dst: [FIELDS.ipv4Dst],
  ipv6Src: [FIELDS.ipv6Src],
  ipv6Dst: [FIELDS.ipv6Dst],
  ipProtocol: [FIELDS.ipv4Protocol],
  srcPort: [FIELDS.tcpSrc, FIELDS.udpSrc],
  dstPort: [FIELDS.tcpDst, FIELDS.udpDst],
  icmpType: [FIELDS.icmpType],
  icmpCode: [FIELDS.icmpCode],
  icmpv6Type: [FIELDS.icmpv6Type],
  icmpv6Code: [FIELDS.icmpv6Code],
};

/** Offset of a field in `packet.frame.bytes`, or -1 if the packet has no such field. Written out: rules ask it for each new flow. */
export function innerFieldAt(field: InnerField, packet: Packet): number {
  switch (field) {
    case "etherType":
      return packet.ether + FIELDS.etherType.offset;
    case "etherDst":
      return packet.ether + FIELDS.etherDst.offset;
    case "etherSrc":
      return packet.ether + FIELDS.etherSrc.offset;
    case "ipv4Src":
      return within(headerAt(packet, "ipv4"), FIELDS.ipv4Src.offset);
    case "ipv4Dst":
      return within(headerAt(packet, "ipv4"), FIELDS.ipv4Dst.offset);
    case "ipv6Src":
      return within(headerAt(packet, "ipv6"), FIELDS.ipv6Src.offset);
    case "ipv6Dst":
      return within(headerAt(packet, "ipv6"), FIELDS.ipv6Dst.offset);
    // The protocol of an IPv6 packet stands in the last of its headers
    case "ipProtocol":
      return packet.protoAt;
    // A packet has one of the two headers at most, and ports at the same place in both
    case "srcPort":
      return within(Math.max(headerAt(packet, "tcp"), headerAt(packet, "udp")), FIELDS.tcpSrc.offset);
    case "dstPort":
      return within(Math.max(headerAt(packet, "tcp"), headerAt(packet, "udp")), FIELDS.tcpDst.offset);
    case "icmpType":
      return within(headerAt(packet, "icmp"), FIELDS.icmpType.offset);
    case "icmpCode":
      return within(headerAt(packet, "icmp"), FIELDS.icmpCode.offset);
    case "icmpv6Type":
      return within(headerAt(packet, "icmpv6"), FIELDS.icmpv6Type.offset);
    case "icmpv6Code":
      return within(headerAt(packet, "icmpv6"), FIELDS.icmpv6Code.offset);
  }
}

function within(header: number, offset: number): number {
  return header < 0 ? -1 : header + offset;
}

/** What of a packet fields stand in, as bits: a packet has some of these parts, and a field is there when its part is. */
export const PacketPart = { Ether: 1, Ipv4: 2, Ipv6: 4, Ports: 8, Icmp: 16, Icmpv6: 32, Protocol: 64 } as const;
export type PacketPart = (typeof PacketPart)[keyof typeof PacketPart];

const PART_OF: Readonly<Record<FieldHeader, PacketPart>> = {
  ether: PacketPart.Ether,
  ipv4: PacketPart.Ipv4,
  ipv6: PacketPart.Ipv6,
  tcp: PacketPart.Ports,
  udp: PacketPart.Ports,
  icmp: PacketPart.Icmp,
  icmpv6: PacketPart.Icmpv6,
};

/** The part that a field stands in. */
export function partOf(field: InnerField): PacketPart {
  return field === "ipProtocol" ? PacketPart.Protocol : PART_OF[FIELDS_OF[field][0].header];
}

/** Bytes from the start of the field's part; ports stand at the same place in both their headers. */
export function offsetInPart(field: InnerField): number {
  return field === "ipProtocol" ? 0 : FIELDS_OF[field][0].offset;
}

/** The parts that a packet has. */
export function partsOf({ ipVersion, proto, protoAt, ulp }: Packet): number {
  let parts: number = PacketPart.Ether;
  if (ipVersion === 4) parts |= PacketPart.Ipv4;
  else if (ipVersion === 6) parts |= PacketPart.Ipv6;
  if (protoAt >= 0) parts |= PacketPart.Protocol;
  if (ulp < 0) return parts;
  if (proto === 6 || proto === 17) return parts | PacketPart.Ports;
  if (proto === 1) return parts | PacketPart.Icmp;
  return proto === 58 ? parts | PacketPart.Icmpv6 : parts;
}

/** Offset of a part that the packet has. */
export function partAt(part: PacketPart, packet: Packet): number {
  if (part >= PacketPart.Protocol) return packet.protoAt;
  if (part >= PacketPart.Ports) return packet.ulp;
  return part === PacketPart.Ether ? packet.ether : packet.ip;
}

/** Size of a field in bits. */
export function innerFieldBits(field: InnerField): number {
  return FIELDS_OF[field][0].bits;
}

/** Name of a field, as predicates print it. */
export function innerFieldName(field: InnerField): string {
  return FIELDS_OF[field][0].name;
}
