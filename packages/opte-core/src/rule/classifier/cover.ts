// Covers a rule with boxes: every packet that the rule matches lies in one of them. Packets in a box may still not match.
//
// Exact values and prefixes become boxes, ranges the prefixes that tile them, lists and `any` unions, `all` and the predicates of a
// rule intersections. What no box can say (`not`, group addresses, bodies) covers everything: it is left to the rule itself.

import { Ipv4Cidr, Ipv6Cidr } from "opte-api";
import { innerFieldBits, type FieldPredicate, type InnerField } from "../../predicate/inner-field.js";
import type { NumberMatch, Predicate } from "../../predicate/predicate.js";
import type { Rule } from "../rule.js";
import {
  boxKey,
  EVERYTHING,
  hull,
  intersection,
  makePrefix,
  isInnerField,
  type Box,
  type Dimension,
  type Prefix,
} from "./box.js";

/** Most boxes that an intersection of two lists may have; the smaller list is widened to one box rather than exceed it. */
const MAX_PRODUCT = 64;

/**
 * Prefixes are widened to a multiple of this many bits, so that the boxes of a field differ in few lengths only. The price: up to 15
 * different prefixes (255 of IPv6) become one.
 */
const STEP_BITS: Readonly<Record<InnerField, number>> = {
  etherType: 16,
  etherDst: 48,
  etherSrc: 48,
  ipv4Src: 4,
  ipv4Dst: 4,
  ipv6Src: 8,
  ipv6Dst: 8,
  ipProtocol: 8,
  srcPort: 4,
  dstPort: 4,
  icmpType: 4,
  icmpCode: 4,
  icmpv6Type: 4,
  icmpv6Code: 4,
};

/** Metadata values stand in boxes by their hashes. */
const META_BITS = 32;

/** The boxes around a rule, without repetitions; none for a rule that cannot match. */
export function coverRule(rule: Rule): Box[] {
  return coverAll(rule.predicates);
}

function cover(predicate: Predicate): Box[] {
  switch (predicate.kind) {
    case "meta":
      return [metadataBox(predicate.key, predicate.value)];
    case "not":
      return [EVERYTHING];
    case "any":
      return union(predicate.predicates.flatMap(cover));
    case "all":
      return coverAll(predicate.predicates);
    default:
      return union(coverField(predicate));
  }
}

function coverField(predicate: FieldPredicate): Box[] {
  const { kind } = predicate;
  switch (kind) {
    case "etherDst":
    case "etherSrc":
      return predicate.values.map((mac) => (mac === "multicast" ? EVERYTHING : fieldBox(kind, mac.bytes)));
    case "ipv4Src":
    case "ipv4Dst":
      return predicate.values.map((each) =>
        each instanceof Ipv4Cidr ? fieldBox(kind, each.network.bytes, each.prefixLen) : fieldBox(kind, each.bytes),
      );
    case "ipv6Src":
    case "ipv6Dst":
      return predicate.values.map((each) =>
        each instanceof Ipv6Cidr ? fieldBox(kind, each.network.bytes, each.prefixLen) : fieldBox(kind, each.bytes),
      );
    default:
      return predicate.values.flatMap((value) => coverNumber(kind, value));
  }
}

/** The aligned blocks of numbers that tile a value or a range: at most two of each size. */
function coverNumber(kind: InnerField, value: NumberMatch): Box[] {
  const bits = innerFieldBits(kind);
  const limit = 2 ** bits - 1;
  let first = typeof value === "number" ? value : Math.max(0, value.first);
  const last = typeof value === "number" ? value : Math.min(limit, value.last);
  const boxes: Box[] = [];
  while (first <= last && first <= limit) {
    let freeBits = 0;
    while (freeBits < bits && first % 2 ** (freeBits + 1) === 0 && first + 2 ** (freeBits + 1) - 1 <= last)
      freeBits += 1;
    boxes.push(fieldBox(kind, numberBytes(first, bits), bits - freeBits));
    first += 2 ** freeBits;
  }
  return union(boxes);
}

function coverAll(predicates: readonly Predicate[]): Box[] {
  return predicates.map(cover).reduce((a, b) => product(a, b), [EVERYTHING]);
}

function product(a: Box[], b: Box[]): Box[] {
  if (a.length === 0 || b.length === 0) return [];
  if (a.length > 1 && b.length > 1 && a.length * b.length > MAX_PRODUCT) {
    return a.length < b.length ? product([widen(hull(a))], b) : product(a, [widen(hull(b))]);
  }
  const boxes = a.flatMap((x) => b.map((y) => intersection(x, y)).filter((box) => box !== undefined));
  return union(boxes);
}

/** Drops repetitions; everything makes all others superfluous. */
function union(boxes: Box[]): Box[] {
  if (boxes.length < 2) return boxes;
  if (boxes.some((box) => box.size === 0)) return [EVERYTHING];
  return [...new Map(boxes.map((box) => [boxKey(box), box])).values()];
}

function fieldBox(kind: InnerField, bytes: Uint8Array, bits: number = innerFieldBits(kind)): Box {
  return widen(new Map([[kind, makePrefix(bytes, bits)]]));
}

function metadataBox(key: string, value: string): Box {
  return new Map<Dimension, Prefix>([[`meta:${key}`, makePrefix(hashBytes(value), META_BITS)]]);
}

/** Shortens bounds to a multiple of their dimension's step. */
function widen(box: Box): Box {
  const widened = new Map<Dimension, Prefix>();
  for (const [dimension, { bytes, bits }] of box) {
    const step = isInnerField(dimension) ? STEP_BITS[dimension] : META_BITS;
    widened.set(dimension, makePrefix(bytes, bits - (bits % step)));
  }
  return widened;
}

/** A 32-bit hash of a text, in bytes (FNV-1a over UTF-16 code units). */
export function hashBytes(text: string): Uint8Array {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return numberBytes(hash, META_BITS);
}

/** A number of `bits` bits in network order. */
function numberBytes(value: number, bits: number): Uint8Array {
  return Uint8Array.from({ length: bits / 8 }, (_, i) => value >> (bits - 8 * (i + 1)));
}
