// Strict UTF-8 (RFC 3629) for contexts that have neither TextEncoder nor TextDecoder.

import { hexOf } from "./bytes.js";
import { TextError } from "./text-error.js";

/** A text is put together of so many characters at a time: one by one takes seconds for a few megabytes. */
const MAX_ARGUMENTS = 4096;

/**
 * The UTF-8 bytes of a text.
 *
 * @throws TextError `lone_surrogate` if the text holds half a surrogate pair, which has no encoding
 */
export function encodeUtf8(text: string): Uint8Array {
  // A code unit takes three bytes at most: each unit of a pair takes two
  const bytes = new Uint8Array(3 * text.length);
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) {
      bytes[end++] = unit;
      continue;
    }
    // Unwrap: there is a code unit at `at`, so there is a code point
    const point = text.codePointAt(at) as number;
    if (isSurrogate(point)) {
      throw new TextError("Unicode text", "lone_surrogate", text, "it holds half a surrogate pair");
    }
    if (point >= 0x10000) {
      bytes[end++] = 0xf0 | (point >>> 18);
      bytes[end++] = trail(point >>> 12);
      at++;
    } else if (point >= 0x800) bytes[end++] = 0xe0 | (point >>> 12);
    if (point >= 0x800) bytes[end++] = trail(point >>> 6);
    else bytes[end++] = 0xc0 | (point >>> 6);
    bytes[end++] = trail(point);
  }
  return bytes.slice(0, end);
}

/**
 * The text of the UTF-8 bytes from `start` to before `end`.
 *
 * @throws TextError `not_utf8` if they are not valid UTF-8: nothing is replaced
 */
export function decodeUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = "";
  let points: number[] = [];
  for (let at = start; at < end;) {
    const length = sequenceLength(bytes, at, end);
    if (length === 0) {
      throw new TextError("UTF-8 text", "not_utf8", hexOf(bytes.subarray(start, end)), `byte ${at - start} is invalid`);
    }
    points.push(codePoint(bytes, at, length));
    at += length;
    if (points.length === MAX_ARGUMENTS) {
      text += String.fromCodePoint(...points);
      points = [];
    }
  }
  return text + String.fromCodePoint(...points);
}

/** Whether the bytes from `start` to before `end` are valid UTF-8. Allocates nothing. */
export function isUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): boolean {
  for (let at = start; at < end;) {
    const length = sequenceLength(bytes, at, end);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

/** Length of the valid sequence at `at`, or 0 if there is none (RFC 3629 §4: no overlong form, no surrogate, at most U+10FFFF). */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = byteAt(bytes, at);
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > end) return 0;
  for (let i = 1; i < length; i++) if ((byteAt(bytes, at + i) & 0xc0) !== 0x80) return 0;
  const point = codePoint(bytes, at, length);
  if (length === 3 && (point < 0x800 || isSurrogate(point))) return 0;
  if (length === 4 && (point < 0x10000 || point > 0x10ffff)) return 0;
  return length;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  if (length === 1) return byteAt(bytes, at);
  let point = byteAt(bytes, at) & (0xff >>> (length + 1));
  for (let i = 1; i < length; i++) point = (point << 6) | (byteAt(bytes, at + i) & 0x3f);
  return point;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function trail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}

function isSurrogate(point: number): boolean {
  return point >= 0xd800 && point <= 0xdfff;
}
