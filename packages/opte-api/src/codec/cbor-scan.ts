// Looks through CBOR (RFC 8949) before anything is made of it: hostile bytes cost no more than a walk over them.

import { isUtf8 } from "../utf8.js";
import { type BodyLimits, MAX_DEPTH, MAX_KEY_LEN, MAX_KEYS } from "./body-limits.js";
import { CodecError, type CodecFault } from "./codec-error.js";

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const FALSE = 0xf4;
const TRUE = 0xf5;

/**
 * Checks that `bytes` are one CBOR value of the plain kind that any language reads and writes: integers, bool, byte strings, valid UTF-8,
 * arrays, and maps with text keys that differ; lengths given in front, no tags, floats, null or undefined; within `limits`, and those
 * of depth and keys; and nothing behind it. Needs memory for one path from the root, and the keys of the maps on it.
 *
 * @throws CodecError `end_of_input`, `trailing_bytes`, `bad_form`, `bad_text` or `too_large`
 */
export function scanCbor(bytes: Uint8Array, limits: BodyLimits): void {
  const { messageLen } = limits;
  if (bytes.length > messageLen) throw fault("too_large", `it has more than ${messageLen} bytes`);
  new Scan(bytes, limits).run();
}

/** A container that is being walked through. */
interface Level {
  /** Values that are still to come; of a map, keys and values. */
  left: number;
  /** Keys so far; absent in an array. */
  readonly keys: Set<string> | undefined;
}

class Scan {
  readonly #bytes: Uint8Array;
  readonly #limits: BodyLimits;
  readonly #levels: Level[] = [];
  #at = 0;
  #items = 0;

  constructor(bytes: Uint8Array, limits: BodyLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  run(): void {
    do {
      const level = this.#levels.at(-1);
      const isKey = level?.keys !== undefined && level.left % 2 === 0;
      if (level !== undefined) level.left--;
      this.#item(isKey ? level.keys : undefined);
      while (this.#levels.at(-1)?.left === 0) this.#levels.pop();
    } while (this.#levels.length > 0);
    const rest = this.#bytes.length - this.#at;
    if (rest !== 0) throw fault("trailing_bytes", `${rest} bytes follow its end`);
  }

  /** One value, or the head of one; a key is a text that is not among `keys` yet. */
  #item(keys: Set<string> | undefined): void {
    const { values } = this.#limits;
    if (++this.#items > values) throw fault("too_large", `it has more than ${values} values`);
    const initial = this.#byte();
    const major = initial >>> 5;
    if (keys !== undefined && major !== TEXT) throw this.#form("a key of a map is no text");
    switch (major) {
      case UNSIGNED:
      case NEGATIVE:
        this.#argument(initial);
        break;
      case BYTES:
        this.#skip(this.#argument(initial));
        break;
      case TEXT:
        this.#text(this.#argument(initial), keys);
        break;
      case ARRAY:
        this.#enter(this.#argument(initial), 1);
        break;
      case MAP:
        this.#enter(this.#argument(initial), 2);
        break;
      case TAG:
        throw this.#form("there is a tag");
      default:
        if (initial !== FALSE && initial !== TRUE)
          throw this.#form("there is a simple value other than true and false");
    }
  }

  /** A number, length or count. */
  #argument(initial: number): number {
    const info = initial & 0x1f;
    if (info < 24) return info;
    if (info > 27) throw this.#form(info === 31 ? "a length is not given in front" : "a length is of no known form");
    let value = 0;
    for (let left = 1 << (info - 24); left > 0; left--) value = value * 0x100 + this.#byte();
    return value;
  }

  #text(length: number, keys: Set<string> | undefined): void {
    const start = this.#at;
    const { textLen } = this.#limits;
    if (keys !== undefined && length > MAX_KEY_LEN)
      throw fault("too_large", `a key of a map has more than ${MAX_KEY_LEN} bytes`);
    if (length > textLen) throw fault("too_large", `the text at byte ${start} has more than ${textLen} bytes`);
    this.#skip(length);
    if (!isUtf8(this.#bytes, start, this.#at)) throw fault("bad_text", `the text at byte ${start} is not UTF-8`);
    if (keys === undefined) return;
    const key = String.fromCharCode(...this.#bytes.subarray(start, start + length));
    if (keys.has(key)) throw this.#form("a map has a key twice");
    keys.add(key);
  }

  #enter(count: number, valuesEach: number): void {
    const left = count * valuesEach;
    // Every value takes a byte at least, so that a few bytes cannot claim a long list
    if (left > this.#bytes.length - this.#at)
      throw fault("end_of_input", `it claims ${left} values at byte ${this.#at}, where ${this.#rest} bytes are left`);
    if (valuesEach === 2 && count > MAX_KEYS) throw fault("too_large", `a map has more than ${MAX_KEYS} keys`);
    if (this.#levels.length === MAX_DEPTH) throw fault("too_large", `it is nested deeper than ${MAX_DEPTH} levels`);
    this.#levels.push({ left, keys: valuesEach === 2 ? new Set() : undefined });
  }

  get #rest(): number {
    return this.#bytes.length - this.#at;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw fault("end_of_input", "the bytes end inside of it");
    this.#at++;
    return byte;
  }

  #skip(length: number): void {
    if (length > this.#rest)
      throw fault("end_of_input", `${length} bytes are needed at byte ${this.#at}, ${this.#rest} are left`);
    this.#at += length;
  }

  #form(problem: string): CodecError {
    return fault("bad_form", `${problem}, before byte ${this.#at}`);
  }
}

function fault(kind: CodecFault, problem: string): CodecError {
  return new CodecError("decode", kind, "", problem);
}
