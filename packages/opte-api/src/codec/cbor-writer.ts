// Writes values in CBOR (RFC 8949): maps from the names of fields to their values; a variant says its `kind`.

import { TextError } from "../text-error.js";
import type { Uint64 } from "../uint64.js";
import { encodeUtf8 } from "../utf8.js";
import { cborBytes, type CborValue } from "./cbor-library.js";
import { CodecError, type CodecFault } from "./codec-error.js";
import { FieldPath } from "./field-path.js";
import type { Schema, TextForm, ValueWriter } from "./schema.js";

const MAX_U32 = 0xffff_ffff;

/** Encodes a value in CBOR. @throws CodecError if a part of it is out of range */
export function encodeCbor<T>(schema: Pick<Schema<T>, "write">, value: T): Uint8Array {
  const writer = new CborWriter();
  schema.write(writer, value);
  return cborBytes(writer.take() ?? {});
}

class CborWriter implements ValueWriter {
  readonly #path = new FieldPath();
  /** What was written since the field, element or message began. */
  #value: CborValue | undefined;
  /** The map that gets the next field; absent as long as it has none. */
  #map: Record<string, CborValue> | undefined;

  /** Hands out what was written. */
  take(): CborValue | undefined {
    const value = this.#map ?? this.#value;
    this.#value = undefined;
    this.#map = undefined;
    return value;
  }

  bool(value: boolean): void {
    this.#value = value;
  }

  u8(value: number): void {
    this.#value = value;
  }

  u16(value: number): void {
    this.#value = value;
  }

  u24(value: number): void {
    this.#value = value;
  }

  u32(value: number): void {
    this.#value = value;
  }

  /** The library makes a float of a number beyond 32 bits, but never of a bigint. */
  u64(value: Uint64): void {
    this.#value = value > MAX_U32 ? BigInt(value) : Number(value);
  }

  i32(value: number): void {
    this.#value = value;
  }

  string(value: string): void {
    try {
      encodeUtf8(value);
    } catch (error) {
      throw error instanceof TextError ? this.fault("bad_text", error.message) : error;
    }
    this.#value = value;
  }

  fixed(bytes: Uint8Array): void {
    this.#value = bytes;
  }

  blob(bytes: Uint8Array): void {
    this.#value = bytes;
  }

  /** A field that is absent is left out of its map. */
  option(isPresent: boolean, writeValue: () => void): void {
    if (isPresent) writeValue();
  }

  list<T>(items: readonly T[], writeItem: (item: T) => void): void {
    this.#value = items.map((item, index) =>
      this.#part(index, () => {
        writeItem(item);
      }),
    );
  }

  pair(writeFirst: () => void, writeSecond: () => void): void {
    this.#value = [this.#part(0, writeFirst), this.#part(1, writeSecond)];
  }

  field(name: string, writeValue: () => void): void {
    const map = (this.#map ??= {});
    this.#map = undefined;
    this.#path.enter(name);
    writeValue();
    const value = this.take();
    if (value !== undefined) map[name] = value;
    this.#path.leave();
    this.#map = map;
  }

  choice(name: string): void {
    this.#value = name;
  }

  variant(name: string, _index: number, writeFields: () => void): void {
    this.#map = { kind: name };
    writeFields();
  }

  textual<T>(value: T, _binary: Schema<T>, text: TextForm<T>): void {
    this.string(this.#attempt(() => text.format(value)));
  }

  fault(fault: CodecFault, problem: string): CodecError {
    return new CodecError("encode", fault, this.#path.toString(), problem);
  }

  #part(step: number, write: () => void): CborValue {
    this.#path.enter(step);
    write();
    this.#path.leave();
    return this.take() ?? {};
  }

  #attempt<T>(format: () => T): T {
    try {
      return format();
    } catch (error) {
      throw error instanceof RangeError ? this.fault("invalid_value", error.message) : error;
    }
  }
}
