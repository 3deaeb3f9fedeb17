// Reads values in the reference's binary form, postcard (spec 05 §3).

import type { Uint64 } from "../uint64.js";
import { decodeUtf8, isUtf8 } from "../utf8.js";
import { type BodyLimits, NO_LIMITS } from "./body-limits.js";
import { CodecError, type CodecFault } from "./codec-error.js";
import { FieldPath } from "./field-path.js";
import type { Schema, ValueReader } from "./schema.js";

/**
 * Decodes a value in the reference's binary form. Numbers padded with zero bits up to the length that their type allows are taken,
 * as the reference does; all bytes must belong to the value. A message of n bytes makes at most n list elements.
 *
 * @throws CodecError if the bytes are no such value
 */
export function decodePostcard<T>(
  schema: Pick<Schema<T>, "read">,
  bytes: Uint8Array,
  limits: BodyLimits = NO_LIMITS,
): T {
  const reader = new PostcardReader(bytes, limits);
  const value = schema.read(reader);
  reader.end();
  return value;
}

class PostcardReader implements ValueReader {
  readonly #path = new FieldPath();
  readonly #bytes: Uint8Array;
  readonly #limits: BodyLimits;
  #at = 0;
  /** Elements of all lists so far. */
  #elements = 0;

  constructor(bytes: Uint8Array, limits: BodyLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
    if (bytes.length > limits.messageLen) throw this.fault("too_large", `it has more than ${limits.messageLen} bytes`);
  }

  /** @throws CodecError unless everything was read */
  end(): void {
    const rest = this.#bytes.length - this.#at;
    if (rest !== 0) throw this.fault("trailing_bytes", `${rest} bytes follow its end`);
  }

  bool(): boolean {
    return this.#tag("a bool") === 1;
  }

  u8(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.fault("end_of_input", "the bytes end before it");
    this.#at++;
    return byte;
  }

  u16(): number {
    return this.#varint(3, 0xffff, 16);
  }

  /** Three bytes, the highest first. */
  u24(): number {
    return this.u8() * 0x1_0000 + this.u8() * 0x100 + this.u8();
  }

  u32(): number {
    return this.#varint(5, 0xffff_ffff, 32);
  }

  u64(): Uint64 {
    let low = 0;
    for (let i = 0, scale = 1; i < 7; i++, scale *= 0x80) {
      const byte = this.u8();
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return low;
    }
    // 49 bits are read; the other 15 make a bigint, unless they are zero or few enough
    const high = this.#varint(3, 0x7fff, 64);
    return high < 0x10 ? high * 2 ** 49 + low : (BigInt(high) << 49n) | BigInt(low);
  }

  i32(): number {
    const folded = this.u32();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  string(): string {
    const length = this.#count();
    const { textLen } = this.#limits;
    if (length > textLen) throw this.fault("too_large", `it has more than ${textLen} bytes`);
    const bytes = this.fixed(length);
    if (!isUtf8(bytes)) throw this.fault("bad_text", "it is not UTF-8");
    return decodeUtf8(bytes);
  }

  fixed(length: number): Uint8Array {
    const rest = this.#bytes.length - this.#at;
    if (length > rest) throw this.fault("end_of_input", `${length} bytes are needed, ${rest} are left`);
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  blob(): Uint8Array {
    return this.fixed(this.#count());
  }

  option<T>(readValue: () => T): T | undefined {
    return this.#tag("an option") === 1 ? readValue() : undefined;
  }

  list<T>(readItem: () => T): T[] {
    const count = this.#count();
    // Every element takes a byte at least, so that a few bytes cannot ask for a long list
    const rest = this.#bytes.length - this.#at;
    if (count > rest) throw this.fault("end_of_input", `it has ${count} elements in ${rest} bytes`);
    this.#elements += count;
    const { values } = this.#limits;
    if (this.#elements > values)
      throw this.fault("too_large", `the lists of the message have more than ${values} elements`);
    const items: T[] = [];
    for (let i = 0; i < count; i++) {
      this.#path.enter(i);
      items.push(readItem());
      this.#path.leave();
    }
    return items;
  }

  pair<A, B>(readFirst: () => A, readSecond: () => B): readonly [A, B] {
    return [readFirst(), readSecond()];
  }

  field<T>(name: string, readValue: () => T): T {
    this.#path.enter(name);
    const value = readValue();
    this.#path.leave();
    return value;
  }

  choice(names: readonly string[]): number {
    const index = this.u32();
    if (index >= names.length) throw this.fault("bad_tag", `${index} stands for none of ${names.join(", ")}`);
    return index;
  }

  variant<T>(names: readonly string[], readFields: (index: number) => T): T {
    return readFields(this.choice(names));
  }

  textual<T>(binary: Schema<T>): T {
    return binary.read(this);
  }

  fault(fault: CodecFault, problem: string): CodecError {
    return new CodecError("decode", fault, this.#path.toString(), problem);
  }

  #tag(type: string): number {
    const tag = this.u8();
    if (tag > 1) throw this.fault("bad_tag", `${tag} is neither 0 nor 1, as ${type} must be`);
    return tag;
  }

  /** A length or count. */
  #count(): number {
    const count = this.u64();
    if (typeof count === "bigint") throw this.fault("end_of_input", `no message has ${count} bytes or elements`);
    return count;
  }

  /** A number, or the rest of one, of at most `maxBytes` bytes that is at most `max`; `bits` is the size of the whole number. */
  #varint(maxBytes: number, max: number, bits: number): number {
    let value = 0;
    for (let i = 0, scale = 1; i < maxBytes; i++, scale *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80 && value <= max) return value;
    }
    throw this.fault("out_of_range", `it is no unsigned ${bits}-bit number`);
  }
}
