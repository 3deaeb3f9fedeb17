// Asks a packet whether a predicate holds (spec 02 §3.1, §3.2), reading header values from the frame as it stands now.

import { Ipv4Cidr, Ipv6Cidr, type Ipv4Addr, type Ipv6Addr } from "opte-api";
import { rd16, rd32, rd8 } from "../packet/bytes.js";
import { dhcp4MessageType } from "../packet/dhcp4-message.js";
import type { Packet } from "../packet/packet.js";
import type { DataPredicate } from "./data-predicate.js";
import { innerFieldAt, type FieldPredicate } from "./inner-field.js";
import type { MacMatch, NumberMatch, Predicate } from "./predicate.js";

/** What predicates read of a packet's metadata. */
export interface MetadataView {
  get(key: string): string | undefined;
}

/**
 * Whether `predicate` holds for the inner headers of `packet` as they stand, and for its metadata. A predicate on a header that
 * the packet does not have is false (so its negation is true); a list without values matches nothing.
 */
export function matches(predicate: Predicate, packet: Packet, metadata: MetadataView): boolean {
  switch (predicate.kind) {
    case "meta":
      return metadata.get(predicate.key) === predicate.value;
    case "not":
      return !matches(predicate.predicate, packet, metadata);
    case "any":
      for (const each of predicate.predicates) if (matches(each, packet, metadata)) return true;
      return false;
    case "all":
      for (const each of predicate.predicates) if (!matches(each, packet, metadata)) return false;
      return true;
    default:
      return matchesField(predicate, packet);
  }
}

/** Whether `predicate` holds for the body of `packet`; false (and its negation true) where the body cannot be read. */
export function matchesData(predicate: DataPredicate, packet: Packet): boolean {
  const { bytes, end } = packet.frame;
  switch (predicate.kind) {
    case "dhcpMessageType": {
      const type = dhcp4MessageType(bytes, packet.body, end);
      return type >= 0 && matchesNumber(predicate.values, type);
    }
    case "dhcpv6MessageType":
      return packet.body < end && matchesNumber(predicate.values, rd8(bytes, packet.body));
    case "not":
      return !matchesData(predicate.predicate, packet);
  }
}

/** Whether `value` is one of `values` or lies in one of their ranges. */
export function matchesNumber(values: readonly NumberMatch[], value: number): boolean {
  for (const each of values) {
    if (typeof each === "number" ? each === value : each.first <= value && value <= each.last) return true;
  }
  return false;
}

function matchesField(predicate: FieldPredicate, packet: Packet): boolean {
  const at = innerFieldAt(predicate.kind, packet);
  if (at < 0) return false;
  const { bytes } = packet.frame;
  switch (predicate.kind) {
    case "etherType":
      return predicate.values.includes(rd16(bytes, at));
    case "etherDst":
    case "etherSrc":
      return matchesMac(predicate.values, bytes, at);
    case "ipv4Src":
    case "ipv4Dst":
      return matchesIpv4(predicate.values, rd32(bytes, at));
    case "ipv6Src":
    case "ipv6Dst":
      return matchesIpv6(predicate.values, bytes, at);
    case "ipProtocol":
      return predicate.values.includes(rd8(bytes, at));
    case "srcPort":
    case "dstPort":
      return matchesNumber(predicate.values, rd16(bytes, at));
    case "icmpType":
    case "icmpCode":
    case "icmpv6Type":
    case "icmpv6Code":
      return matchesNumber(predicate.values, rd8(bytes, at));
  }
}

function matchesMac(values: readonly MacMatch[], bytes: Uint8Array, at: number): boolean {
  const hi = rd16(bytes, at);
  const lo = rd32(bytes, at + 2);
  for (const each of values) {
    if (each === "multicast" ? (hi & 0x0100) !== 0 : each.hi === hi && each.lo === lo) return true;
  }
  return false;
}

function matchesIpv4(values: readonly (Ipv4Addr | Ipv4Cidr)[], address: number): boolean {
  for (const each of values) {
    if (each instanceof Ipv4Cidr) {
      if (((address ^ each.network.value) & prefixMask(each.prefixLen)) === 0) return true;
    } else if (each.value === address) return true;
  }
  return false;
}

function matchesIpv6(values: readonly (Ipv6Addr | Ipv6Cidr)[], bytes: Uint8Array, at: number): boolean {
  for (const each of values) {
    const isPrefix = each instanceof Ipv6Cidr;
    const words = isPrefix ? each.network.words : each.words;
    let bits = isPrefix ? each.prefixLen : 128;
    let word = 0;
    while (bits > 0 && ((rd32(bytes, at + 4 * word) ^ (words[word] ?? 0)) & prefixMask(Math.min(bits, 32))) === 0) {
      bits -= 32;
      word += 1;
    }
    if (bits <= 0) return true;
  }
  return false;
}

/** The mask of the first `bits` (0 to 32) bits of a word; JavaScript shifts by 32 not at all. */
function prefixMask(bits: number): number {
  return bits === 0 ? 0 : -1 << (32 - bits);
}
