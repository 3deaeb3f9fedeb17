// The inner header fields that predicates ask for, and where they stand in a packet.

import { FIELDS, headerAt, type Field } from "../packet/field-table.js";
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

/** Offset of a field in `packet.frame.bytes`, or -1 if the packet has no such field. */
export function innerFieldAt(field: InnerField, packet: Packet): number {
  // The protocol of an IPv6 packet stands in the last of its headers
  if (field === "ipProtocol") return packet.protoAt;
  for (const { header, offset } of FIELDS_OF[field]) {
    const at = headerAt(packet, header);
    if (at >= 0) return at + offset;
  }
  return -1;
}

/** Size of a field in bits. */
export function innerFieldBits(field: InnerField): number {
  return FIELDS_OF[field][0].bits;
}

/** Name of a field, as predicates print it. */
export function innerFieldName(field: InnerField): string {
  return FIELDS_OF[field][0].name;
}
