// Reads values in CBOR (RFC 8949), after a strict scan; the counterpart of cbor-writer.

import { quoted, TextError } from "../text-error.js";
import type { Uint64 } from "../uint64.js";
import { ANSWER_LIMITS, type BodyLimits } from "./body-limits.js";
import { type CborValue, cborValue } from "./cbor-library.js";
import { scanCbor } from "./cbor-scan.js";
import { CodecError, type CodecFault } from "./codec-error.js";
import { FieldPath } from "./field-path.js";
import type { Schema, TextForm, ValueReader } from "./schema.js";

type CborMap = Readonly<Record<string, CborValue>>;

/**
 * Decodes a value in CBOR. Every map must have exactly the fields of its type, in any order; those that may be absent may be left out.
 *
 * @throws CodecError if the bytes are no such value, or are CBOR of a kind that is not taken
 */
export function decodeCbor<T>(
  schema: Pick<Schema<T>, "read">,
  bytes: Uint8Array,
  limits: BodyLimits = ANSWER_LIMITS,
): T {
  scanCbor(bytes, limits);
  return new CborReader(cborValue(bytes)).root(schema);
}

class CborReader implements ValueReader {
  readonly #path = new FieldPath();
  /** The value that is being read; undefined if its field is absent. */
  #value: CborValue | undefined;
  /** Fields of #value that were asked for, if it is a map. */
  #asked: string[] = [];

  constructor(value: CborValue) {
    this.#value = value;
  }

  root<T>(schema: Pick<Schema<T>, "read">): T {
    const value = schema.read(this);
    this.#checkAsked();
    return value;
  }

  bool(): boolean {
    const value = this.#present();
    if (typeof value === "boolean") return value;
    throw this.#typeFault(value, "true or false");
  }

  u8(): number {
    return this.#integer(0, 0xff);
  }

  u16(): number {
    return this.#integer(0, 0xffff);
  }

  u24(): number {
    return this.#integer(0, 0xff_ffff);
  }

  u32(): number {
    return this.#integer(0, 0xffff_ffff);
  }

  u64(): Uint64 {
    const value = this.#present();
    if (typeof value !== "number" && typeof value !== "bigint") throw this.#typeFault(value, "a number");
    // The sign is all that can be wrong: CBOR has no larger integers
    if (value < 0) throw this.fault("out_of_range", `${value} is below 0`);
    return value > Number.MAX_SAFE_INTEGER ? value : Number(value);
  }

  i32(): number {
    return this.#integer(-0x8000_0000, 0x7fff_ffff);
  }

  string(): string {
    const value = this.#present();
    if (typeof value === "string") return value;
    throw this.#typeFault(value, "a text");
  }

  fixed(length: number): Uint8Array {
    const bytes = this.blob();
    if (bytes.length !== length) throw this.fault("out_of_range", `it has ${bytes.length} bytes, not ${length}`);
    return bytes;
  }

  blob(): Uint8Array {
    const value = this.#present();
    // A copy, for the original may lie in the message
    if (value instanceof Uint8Array) return new Uint8Array(value);
    throw this.#typeFault(value, "a byte string");
  }

  option<T>(readValue: () => T): T | undefined {
    return this.#value === undefined ? undefined : readValue();
  }

  list<T>(readItem: () => T): T[] {
    return this.#array().map((item, index) => this.#within(index, item, readItem));
  }

  pair<A, B>(readFirst: () => A, readSecond: () => B): readonly [A, B] {
    const items = this.#array();
    if (items.length !== 2) throw this.fault("out_of_range", `it has ${items.length} elements, not 2`);
    return [this.#within(0, items[0], readFirst), this.#within(1, items[1], readSecond)];
  }

  field<T>(name: string, readValue: () => T): T {
    const map = this.#map();
    this.#asked.push(name);
    return this.#within(name, Object.hasOwn(map, name) ? map[name] : undefined, readValue);
  }

  choice(names: readonly string[]): number {
    const name = this.string();
    const index = names.indexOf(name);
    if (index < 0) throw this.fault("bad_tag", `${quoted(name)} is none of ${names.join(", ")}`);
    return index;
  }

  variant<T>(names: readonly string[], readFields: (index: number) => T): T {
    return readFields(this.field("kind", () => this.choice(names)));
  }

  textual<T>(_binary: Schema<T>, text: TextForm<T>): T {
    const value = this.string();
    try {
      return text.parse(value);
    } catch (error) {
      throw error instanceof TextError || error instanceof RangeError
        ? this.fault("invalid_value", error.message)
        : error;
    }
  }

  fault(fault: CodecFault, problem: string): CodecError {
    return new CodecError("decode", fault, this.#path.toString(), problem);
  }

  #integer(min: number, max: number): number {
    const value = this.#present();
    if (typeof value !== "number" && typeof value !== "bigint") throw this.#typeFault(value, "a number");
    if (value >= min && value <= max) return Number(value);
    throw this.fault("out_of_range", `${value} is not an integer from ${min} to ${max}`);
  }

  #array(): readonly CborValue[] {
    const value = this.#present();
    if (isArray(value)) return value;
    throw this.#typeFault(value, "an array");
  }

  #map(): CborMap {
    const value = this.#present();
    if (isMap(value)) return value;
    throw this.#typeFault(value, "a map");
  }

  #present(): CborValue {
    if (this.#value === undefined) throw this.fault("missing_field", "it is missing");
    return this.#value;
  }

  #typeFault(value: CborValue, wanted: string): CodecError {
    return this.fault("bad_type", `it is ${typeName(value)}, not ${wanted}`);
  }

  #within<T>(step: string | number, value: CborValue | undefined, read: () => T): T {
    const outer = this.#value;
    const askedOutside = this.#asked;
    this.#value = value;
    this.#asked = [];
    this.#path.enter(step);
    const result = read();
    this.#checkAsked();
    this.#path.leave();
    this.#value = outer;
    this.#asked = askedOutside;
    return result;
  }

  /** @throws CodecError if the value is a map with a field that nobody has asked for */
  #checkAsked(): void {
    const map = this.#value;
    if (map === undefined || !isMap(map)) return;
    const unknown = Object.keys(map).find((key) => !this.#asked.includes(key));
    if (unknown === undefined) return;
    this.#path.enter(unknown);
    throw this.fault("unknown_field", `there is no such field, only ${this.#asked.join(", ")}`);
  }
}

function isArray(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value);
}

function isMap(value: CborValue): value is CborMap {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function typeName(value: CborValue): string {
  if (isArray(value)) return "an array";
  if (value instanceof Uint8Array) return "a byte string";
  switch (typeof value) {
    case "boolean":
      return "a bool";
    case "string":
      return "a text";
    case "object":
      return "a map";
    default:
      return "a number";
  }
}
