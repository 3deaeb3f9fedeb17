// What a snapshot is made of: plain data that any codec can carry, and a checksum over it.

import { crcByte } from "../../flow/crc32.js";

/** Plain data. Numbers are finite. A few bytes are an array of numbers, many a `ByteText`. */
export type SnapshotValue = string | number | boolean | null | readonly SnapshotValue[] | SnapshotObject;

/** The order of members does not count. */
export interface SnapshotObject {
  readonly [member: string]: SnapshotValue;
}

/** An object without its absent members. */
export function present(members: Readonly<Record<string, SnapshotValue | undefined>>): SnapshotObject {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, SnapshotValue] => entry[1] !== undefined),
  );
}

/**
 * Unsigned CRC-32 (IEEE 802.3) of a value's canonical text, whatever the order of its members. The text is never held as a whole: of a
 * million flows it would be longer than a string can be. Members with the name `base64` do not count: beside them stands the checksum of
 * their bytes.
 */
export function checksumOf(value: SnapshotValue): number {
  return ~crcOf(-1, value) >>> 0;
}

function crcOf(crc: number, value: SnapshotValue): number {
  if (Array.isArray(value)) {
    let sum = crcText(crc, "[");
    for (const item of value as readonly SnapshotValue[]) sum = crcText(crcOf(sum, item), ","); // Unwrap: an array of a snapshot
    return crcText(sum, "]");
  }
  if (typeof value === "number") return crcText(crc, String(value));
  if (typeof value !== "object" || value === null) return crcText(crc, JSON.stringify(value));
  const object = value as SnapshotObject; // Unwrap: an object of a snapshot that is no array
  let sum = crcText(crc, "{");
  for (const member of Object.keys(object).sort()) {
    if (member === "base64") continue;
    // Unwrap: the member is among the object's own.
    sum = crcText(crcOf(crcText(sum, `${JSON.stringify(member)}:`), object[member] as SnapshotValue), ",");
  }
  return crcText(sum, "}");
}

/** Takes the two bytes of each UTF-16 unit, low byte first. */
function crcText(crc: number, text: string): number {
  let sum = crc;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    sum = crcByte(crcByte(sum, unit), unit >>> 8);
  }
  return sum;
}
