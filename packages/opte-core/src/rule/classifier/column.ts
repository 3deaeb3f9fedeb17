// A column of a packet: the first bits of one of its fields, as a hash. What boxes of one shape are looked up by.

import { rd8, rdWord } from "../../packet/bytes.js";
import { offsetInPart, partAt, partOf, type PacketPart } from "../../predicate/inner-field.js";
import type { MetadataView } from "../../predicate/evaluate.js";
import type { Packet } from "../../packet/packet.js";
import { isInnerField, lastByteMask, METADATA_PREFIX, type Dimension, type Prefix } from "./box.js";
import { hashBytes } from "./cover.js";

/** Where a column's hash starts; also that of a box without dimensions. */
export const EMPTY_HASH = 0x2545f491;

/** The first bits of one dimension, read once for a packet whichever shapes ask for it. */
export class Column {
  readonly key: string;
  readonly bits: number;
  /** Shapes that use this column. */
  uses = 0;
  /** Hash of the packet's bits, valid while {@link isPresent}. */
  hash = 0;
  /** Whether the packet has the metadata; of a field its part tells. */
  isPresent = true;
  /** What a packet must have for the field to be there; none for metadata. */
  readonly part: PacketPart | undefined;
  readonly #offset: number;
  readonly #metadataKey: string;
  #round = -1;
  /** Value of the metadata that was hashed last: mostly it is the next packet's too. */
  #hashed: string | undefined = undefined;

  constructor(dimension: Dimension, bits: number) {
    this.key = columnKey(dimension, bits);
    this.bits = bits;
    this.part = isInnerField(dimension) ? partOf(dimension) : undefined;
    this.#offset = isInnerField(dimension) ? offsetInPart(dimension) : 0;
    this.#metadataKey = isInnerField(dimension) ? "" : dimension.slice(METADATA_PREFIX.length);
  }

  /** Reads the bits of a packet that has the column's part, unless they were read in this `round`, a number of its own for each packet. */
  read(round: number, packet: Packet, metadata: MetadataView): void {
    if (this.#round === round) return;
    this.#round = round;
    if (this.part === undefined) this.#readMetadata(metadata);
    else this.hash = hashPrefix(packet.frame.bytes, partAt(this.part, packet) + this.#offset, this.bits);
  }

  #readMetadata(metadata: MetadataView): void {
    const value = metadata.get(this.#metadataKey);
    this.isPresent = value !== undefined;
    if (value === undefined || value === this.#hashed) return;
    this.#hashed = value;
    this.hash = hashPrefix(hashBytes(value), 0, this.bits);
  }
}

/** What a column is known by. */
export function columnKey(dimension: Dimension, bits: number): string {
  return `${bits} ${dimension}`;
}

/** The hash that {@link Column.read} finds in the packets of a box. */
export function hashOf(prefix: Prefix): number {
  return hashPrefix(prefix.bytes, 0, prefix.bits);
}

/** Takes the hash of one more column into that of the columns before. */
export function mixHash(hash: number, columnHash: number): number {
  const mixed = Math.imul(hash ^ columnHash, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** Word by word, what is left byte by byte. */
function hashPrefix(bytes: Uint8Array, from: number, bits: number): number {
  let hash = EMPTY_HASH;
  let at = from;
  let left = bits;
  for (; left >= 32; left -= 32, at += 4) hash = mixHash(hash, rdWord(bytes, at));
  if (left === 0) return hash;
  let rest = 0;
  for (; left > 8; left -= 8, at++) rest = (rest << 8) | rd8(bytes, at);
  return mixHash(hash, (rest << 8) | (rd8(bytes, at) & lastByteMask(left)));
}
