// Bytes as plain data: lines of base64, with their number and their checksum beside them. Bare code has no base64 of its own.

import { crcBytes } from "../../flow/crc32.js";
import type { SnapshotReader } from "./snapshot-reader.js";
import type { SnapshotObject } from "./snapshot-value.js";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Bytes of a line but the last; a multiple of 3, and no more digits than a call takes arguments. */
const LINE = 6144;
const PAD = "=".charCodeAt(0);
const NO_DIGIT = 0xff;

/** Two digits, the first in the low byte, by the twelve bits that they stand for. */
const PAIRS: Uint16Array = Uint16Array.from(
  { length: 1 << 12 },
  (_, bits) => DIGITS.charCodeAt(bits >>> 6) | (DIGITS.charCodeAt(bits & 63) << 8),
);

/** Six bits by their digit; `NO_DIGIT` for all others. */
const BITS: Uint8Array = new Uint8Array(256).fill(NO_DIGIT);
for (let bits = 0; bits < DIGITS.length; bits++) BITS[DIGITS.charCodeAt(bits)] = bits;

/** Bytes in a snapshot. The lines do not count in the snapshot's checksum (`checksumOf`), but theirs does. */
export interface ByteText extends SnapshotObject {
  readonly length: number;
  /** CRC-32 of the bytes, unsigned. */
  readonly crc32: number;
  /** Whole lines stand for `LINE` bytes. */
  readonly base64: readonly string[];
}

/** Writes bytes down as they come. */
export class ByteTextWriter {
  readonly #line: Uint8Array = new Uint8Array(LINE);
  readonly #digits: Uint8Array = new Uint8Array((LINE / 3) * 4);
  readonly #lines: string[] = [];
  #held = 0;
  #crc = -1;

  /** Takes the first `length` of some bytes. */
  write(bytes: Uint8Array, length: number): void {
    for (let from = 0; from < length;) {
      const taken = Math.min(length - from, LINE - this.#held);
      this.#line.set(bytes.subarray(from, from + taken), this.#held);
      this.#held += taken;
      from += taken;
      if (this.#held === LINE) this.#writeLine();
    }
  }

  finish(): ByteText {
    const length = this.#lines.length * LINE + this.#held;
    if (this.#held > 0) this.#writeLine();
    return { length, crc32: ~this.#crc >>> 0, base64: this.#lines };
  }

  #writeLine(): void {
    const line = this.#line;
    const digits = this.#digits;
    const held = this.#held;
    this.#crc = crcBytes(this.#crc, line, 0, held);
    line.fill(0, held);
    let at = 0;
    for (let i = 0; i < held; i += 3) {
      const bits = (at8(line, i) << 16) | (at8(line, i + 1) << 8) | at8(line, i + 2);
      const first = at16(PAIRS, bits >>> 12);
      const second = at16(PAIRS, bits & 0xfff);
      digits[at] = first;
      digits[at + 1] = first >>> 8;
      digits[at + 2] = second;
      digits[at + 3] = second >>> 8;
      at += 4;
    }
    for (let missing = (3 - (held % 3)) % 3; missing > 0; missing--) digits[at - missing] = PAD;
    // Unwrap: `apply` takes anything like an array; spreading would make one first.
    const codes = digits.subarray(0, at) as ArrayLike<number> as number[];
    this.#lines.push(String.fromCharCode.apply(null, codes));
    this.#held = 0;
  }
}

/**
 * Reads what a {@link ByteTextWriter} wrote.
 *
 * @throws OpteError `PortCreate` if that is damaged
 */
export function readByteText(reader: SnapshotReader): Uint8Array {
  reader.only("length", "crc32", "base64");
  const list = reader.get("base64");
  const lines = list.items();
  const length = reader.get("length").integer(0, lines.length * LINE);
  if (lines.length !== Math.ceil(length / LINE)) list.fail(`does not have the lines of ${length} bytes`);
  const bytes = new Uint8Array(length);
  for (const [i, line] of lines.entries()) {
    if (!readLine(line.text(), bytes.subarray(i * LINE, (i + 1) * LINE))) line.fail("is not the base64 of its bytes");
  }
  const sum = reader.get("crc32");
  if (sum.uint32() !== ~crcBytes(-1, bytes, 0, length) >>> 0) sum.fail("does not fit the bytes, which are damaged");
  return bytes;
}

/** @returns whether the line is the base64 of as many bytes as there is room for */
function readLine(text: string, bytes: Uint8Array): boolean {
  const { length } = bytes;
  if (text.length !== Math.ceil(length / 3) * 4) return false;
  const missing = (3 - (length % 3)) % 3;
  if (!text.endsWith("=".repeat(missing))) return false;
  let seen = 0;
  let left = 0;
  let at = 0;
  for (let i = 0; i < text.length; i += 4) {
    const isLast = i + 4 === text.length;
    const third = isLast && missing > 1 ? 0 : digitAt(text, i + 2);
    const fourth = isLast && missing > 0 ? 0 : digitAt(text, i + 3);
    const first = digitAt(text, i);
    const second = digitAt(text, i + 1);
    seen |= first | second | third | fourth;
    left = (first << 18) | (second << 12) | (third << 6) | fourth;
    // What is beyond the end of the bytes is dropped.
    bytes[at] = left >>> 16;
    bytes[at + 1] = left >>> 8;
    bytes[at + 2] = left;
    at += 3;
  }
  return seen < 64 && (left & ((1 << (8 * missing)) - 1)) === 0;
}

function digitAt(text: string, i: number): number {
  return BITS[text.charCodeAt(i)] ?? NO_DIGIT;
}

function at8(values: Uint8Array, i: number): number {
  return values[i] as number; // Unwrap: indices are within a line
}

function at16(values: Uint16Array, i: number): number {
  return values[i] as number; // Unwrap: indices have twelve bits
}
