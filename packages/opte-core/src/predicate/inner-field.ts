// The inner header fields that predicates ask for, and where they stand in a packet.

import { IpProtocol } from "opte-api";
import type { Packet } from "../packet/packet.js";
import type { Predicate } from "./predicate.js";

/** A predicate on one header field. */
export type FieldPredicate = Exclude<Predicate, { readonly kind: "meta" | "not" | "any" | "all" }>;

/** A field, by the kind of the predicate on it. */
export type InnerField = FieldPredicate["kind"];

/** Sizes of the fields in bytes. */
export const INNER_FIELD_LEN: Readonly<Record<InnerField, number>> = {
  etherType: 2,
  etherDst: 6,
  etherSrc: 6,
  ipv4Src: 4,
  ipv4Dst: 4,
  ipv6Src: 16,
  ipv6Dst: 16,
  ipProtocol: 1,
  srcPort: 2,
  dstPort: 2,
  icmpType: 1,
  icmpCode: 1,
  icmpv6Type: 1,
  icmpv6Code: 1,
};

/** Offset of a field in `packet.frame.bytes`, or -1 if the packet has no such field. */
export function innerFieldAt(field: InnerField, packet: Packet): number {
  switch (field) {
    case "etherDst":
      return packet.ether;
    case "etherSrc":
      return packet.ether + 6;
    case "etherType":
      return packet.ether + 12;
    case "ipv4Src":
      return packet.ipVersion === 4 ? packet.ip + 12 : -1;
    case "ipv4Dst":
      return packet.ipVersion === 4 ? packet.ip + 16 : -1;
    case "ipv6Src":
      return packet.ipVersion === 6 ? packet.ip + 8 : -1;
    case "ipv6Dst":
      return packet.ipVersion === 6 ? packet.ip + 24 : -1;
    case "ipProtocol":
      return packet.protoAt;
    case "srcPort":
      return hasPorts(packet) ? packet.ulp : -1;
    case "dstPort":
      return hasPorts(packet) ? packet.ulp + 2 : -1;
    case "icmpType":
      return packet.proto === IpProtocol.Icmp ? packet.ulp : -1;
    case "icmpCode":
      return packet.proto === IpProtocol.Icmp ? packet.ulp + 1 : -1;
    case "icmpv6Type":
      return packet.proto === IpProtocol.Icmpv6 ? packet.ulp : -1;
    case "icmpv6Code":
      return packet.proto === IpProtocol.Icmpv6 ? packet.ulp + 1 : -1;
  }
}

function hasPorts(packet: Packet): boolean {
  return packet.proto === IpProtocol.Tcp || packet.proto === IpProtocol.Udp;
}
