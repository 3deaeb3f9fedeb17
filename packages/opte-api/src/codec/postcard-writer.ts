// Writes values in the reference's binary form, postcard: parts one behind the other, without names or tags (spec 05 §3).

import { TextError } from "../text-error.js";
import type { Uint64 } from "../uint64.js";
import { encodeUtf8 } from "../utf8.js";
import { CodecError, type CodecFault } from "./codec-error.js";
import { FieldPath } from "./field-path.js";
import type { Schema, ValueWriter } from "./schema.js";

const FIRST_CAPACITY = 256;

/** Encodes a value in the reference's binary form. @throws CodecError if a part of it is out of range */
export function encodePostcard<T>(schema: Pick<Schema<T>, "write">, value: T): Uint8Array {
  const writer = new PostcardWriter();
  schema.write(writer, value);
  return writer.bytes;
}

class PostcardWriter implements ValueWriter {
  readonly #path = new FieldPath();
  #buffer = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  /** What was written. */
  get bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  bool(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  u16(value: number): void {
    this.u64(value);
  }

  /** Three bytes, the highest first. */
  u24(value: number): void {
    this.u8(value >>> 16);
    this.u8((value >>> 8) & 0xff);
    this.u8(value & 0xff);
  }

  u32(value: number): void {
    this.u64(value);
  }

  /** Seven bits a byte, the lowest first; the top bit of a byte says that another follows. */
  u64(value: Uint64): void {
    if (typeof value === "bigint") {
      let rest = value;
      for (; rest >= 0x80n; rest >>= 7n) this.u8(Number(rest & 0x7fn) | 0x80);
      this.u8(Number(rest));
    } else {
      let rest = value;
      // No shifts: they would cut the number to 32 bits
      for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.u8((rest % 0x80) | 0x80);
      this.u8(rest);
    }
  }

  /** As an unsigned number with the sign in its lowest bit. */
  i32(value: number): void {
    this.u64(value < 0 ? -2 * value - 1 : 2 * value);
  }

  string(value: string): void {
    this.blob(this.#utf8(value));
  }

  fixed(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  blob(bytes: Uint8Array): void {
    this.u64(bytes.length);
    this.fixed(bytes);
  }

  option(isPresent: boolean, writeValue: () => void): void {
    this.bool(isPresent);
    if (isPresent) writeValue();
  }

  list<T>(items: readonly T[], writeItem: (item: T) => void): void {
    this.u64(items.length);
    for (const [index, item] of items.entries()) {
      this.#path.enter(index);
      writeItem(item);
      this.#path.leave();
    }
  }

  pair(writeFirst: () => void, writeSecond: () => void): void {
    writeFirst();
    writeSecond();
  }

  field(name: string, writeValue: () => void): void {
    this.#path.enter(name);
    writeValue();
    this.#path.leave();
  }

  choice(_name: string, index: number): void {
    this.u64(index);
  }

  variant(name: string, index: number, writeFields: () => void): void {
    this.choice(name, index);
    writeFields();
  }

  textual<T>(value: T, binary: Schema<T>): void {
    binary.write(this, value);
  }

  fault(fault: CodecFault, problem: string): CodecError {
    return new CodecError("encode", fault, this.#path.toString(), problem);
  }

  #utf8(text: string): Uint8Array {
    try {
      return encodeUtf8(text);
    } catch (error) {
      throw error instanceof TextError ? this.fault("bad_text", error.message) : error;
    }
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
    grown.set(this.#buffer);
    this.#buffer = grown;
  }
}
