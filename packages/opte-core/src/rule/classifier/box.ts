// Boxes: regions of the space of all packets, each bounded by a prefix in some of its fields. An index over rules is made of them.

import { rd8 } from "../../packet/bytes.js";
import type { InnerField } from "../../predicate/inner-field.js";

/** A dimension of the space: a header field, or the value behind a metadata key. */
export type Dimension = InnerField | `meta:${string}`;

/** Whether a dimension is a header field. */
export function isInnerField(dimension: Dimension): dimension is InnerField {
  return !dimension.startsWith(METADATA_PREFIX);
}

/** Begins the names of dimensions that are metadata keys. */
export const METADATA_PREFIX = "meta:";

/** The first `bits` bits of a field's value; bits behind them are zero. No bits at all say that the field is there. */
export interface Prefix {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** The packets whose fields begin with these prefixes; without any, all packets. */
export type Box = ReadonlyMap<Dimension, Prefix>;

/** All packets. */
export const EVERYTHING: Box = new Map();

/** The first `bits` bits of `bytes`. */
export function makePrefix(bytes: Uint8Array, bits: number): Prefix {
  const kept = bytes.slice(0, Math.ceil(bits / 8));
  const last = kept.length - 1;
  if (last >= 0) kept[last] = rd8(kept, last) & lastByteMask(bits);
  return { bytes: kept, bits };
}

/** The mask of the last byte of a prefix. */
export function lastByteMask(bits: number): number {
  return (0xff00 >> (((bits - 1) & 7) + 1)) & 0xff;
}

/** The packets in both boxes, or `undefined` where there can be none. */
export function intersection(a: Box, b: Box): Box | undefined {
  const both = new Map(a);
  for (const [dimension, prefix] of b) {
    const other = a.get(dimension);
    if (other === undefined) both.set(dimension, prefix);
    else {
      const [wide, narrow] = prefix.bits < other.bits ? [prefix, other] : [other, prefix];
      if (commonBits(wide, narrow) < wide.bits) return undefined;
      both.set(dimension, narrow);
    }
  }
  return both;
}

/** The smallest box around all of `boxes`, which are at least one. */
export function hull(boxes: readonly Box[]): Box {
  const [first, ...rest] = boxes;
  const around = new Map(first);
  for (const box of rest) {
    for (const [dimension, prefix] of around) {
      const other = box.get(dimension);
      if (other === undefined) around.delete(dimension);
      else around.set(dimension, makePrefix(prefix.bytes, commonBits(prefix, other)));
    }
  }
  return around;
}

/** A text that equal boxes have alike, and no others. */
export function boxKey(box: Box): string {
  const bounds = boundsOf(box);
  let key = shapeKey(bounds);
  for (const [, { bytes }] of bounds) for (let i = 0; i < bytes.length; i++) key += String.fromCharCode(rd8(bytes, i));
  return key;
}

/** The bounds of a box, in the order of their dimensions' names. */
export type Bounds = readonly (readonly [Dimension, Prefix])[];

/** A text that bounds of the same lengths in the same dimensions have alike, and no others. */
export function shapeKey(bounds: Bounds): string {
  let key = "";
  // A metadata key may hold any text, so its length stands before it.
  for (const [dimension, { bits }] of bounds) key += `${dimension.length} ${dimension} ${bits} `;
  return key;
}

export function boundsOf(box: Box): Bounds {
  const bounds = [...box];
  return bounds.length < 2 ? bounds : bounds.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** How many leading bits two prefixes share. */
function commonBits(a: Prefix, b: Prefix): number {
  const bits = Math.min(a.bits, b.bits);
  for (let i = 0; 8 * i < bits; i++) {
    const differing = rd8(a.bytes, i) ^ rd8(b.bytes, i);
    if (differing !== 0) return Math.min(bits, 8 * i + Math.clz32(differing) - 24);
  }
  return bits;
}
