// Reads values in the form that the ioctl records show beside the bytes: JSON as the reference's own types write it
// (vectors/FORMAT.md, "ioctl-postcard.jsonl").

import { CodecError, type Schema, type TextForm, type ValueReader } from "opte-api/codec";
import { isArray, isObject, type Json } from "./json.js";

/** Takes the parts of one value from JSON. */
export class SerdeJsonReader implements ValueReader {
  #json: Json | undefined;
  /** Whether #json is what belongs to a variant; a single field is written there without its name. */
  #isPayload = false;
  readonly #path: (string | number)[] = [];

  constructor(json: Json) {
    this.#json = json;
  }

  bool(): boolean {
    if (typeof this.#json === "boolean") return this.#json;
    throw this.#mismatch("true or false");
  }

  u8(): number {
    return this.#integer(0, 0xff);
  }

  u16(): number {
    return this.#integer(0, 0xffff);
  }

  /** As bytes of a known number. */
  u24(): number {
    return this.fixed(3).reduce((value, byte) => value * 0x100 + byte, 0);
  }

  u32(): number {
    return this.#integer(0, 0xffff_ffff);
  }

  u64(): number | bigint {
    return typeof this.#json === "bigint" ? this.#json : this.#integer(0, Number.MAX_SAFE_INTEGER);
  }

  i32(): number {
    return this.#integer(-0x8000_0000, 0x7fff_ffff);
  }

  string(): string {
    if (typeof this.#json === "string") return this.#json;
    throw this.#mismatch("a string");
  }

  /** Bytes of a known number stand in an object: `{"inner": [172, 30, 0, 5]}`. */
  fixed(length: number): Uint8Array {
    if (typeof this.#json === "number") return bigEndian(this.#integer(0, 2 ** (8 * length) - 1), length);
    const bytes = this.#within("inner", isObject(this.#json) ? this.#json["inner"] : undefined, () => this.blob());
    if (bytes.length !== length) throw this.#mismatch(`an array of ${length} bytes`);
    return bytes;
  }

  blob(): Uint8Array {
    return Uint8Array.from(this.list(() => this.u8()));
  }

  option<T>(readValue: () => T): T | undefined {
    return this.#json === null ? undefined : readValue();
  }

  list<T>(readItem: () => T): T[] {
    const items = this.#json;
    if (!isArray(items)) throw this.#mismatch("an array");
    return items.map((item, index) => this.#within(index, item, readItem));
  }

  pair<A, B>(readFirst: () => A, readSecond: () => B): readonly [A, B] {
    const items = this.#json;
    if (!isArray(items) || items.length !== 2) throw this.#mismatch("an array of two");
    return [this.#within(0, items[0], readFirst), this.#within(1, items[1], readSecond)];
  }

  field<T>(name: string, readValue: () => T): T {
    const key = snakeCase(name);
    const json = this.#json;
    if (isObject(json) && json[key] !== undefined) return this.#within(name, json[key], readValue);
    if (this.#isPayload) return this.#within(name, json, readValue);
    throw this.#mismatch(`an object with "${key}"`);
  }

  choice(names: readonly string[]): number {
    return this.variant(names, (index) => index);
  }

  variant<T>(names: readonly string[], readFields: (index: number) => T): T {
    const json = this.#json;
    const [name, payload] = isObject(json) ? (Object.entries(json)[0] ?? []) : [json];
    const index = names.findIndex((each) => upperFirst(each) === name);
    const kind = names[index];
    if (kind === undefined) throw this.#mismatch(`one of ${names.map(upperFirst).join(", ")}`);
    return this.#within(`<${kind}>`, payload, () => {
      this.#isPayload = true;
      return readFields(index);
    });
  }

  textual<T>(binary: Schema<T>, text: TextForm<T>): T {
    return typeof this.#json === "string" ? text.parse(this.#json) : binary.read(this);
  }

  fault(fault: CodecError["fault"], problem: string): CodecError {
    return new CodecError("decode", fault, this.#path.join("."), problem);
  }

  #integer(min: number, max: number): number {
    const json = this.#json;
    if (typeof json === "number" && Number.isInteger(json) && json >= min && json <= max) return json;
    throw this.#mismatch(`an integer from ${min} to ${max}`);
  }

  #mismatch(wanted: string): CodecError {
    return this.fault("invalid_value", `the JSON is not ${wanted}`);
  }

  #within<T>(step: string | number, json: Json | undefined, read: () => T): T {
    const outer = this.#json;
    const wasPayload = this.#isPayload;
    this.#json = json;
    this.#isPayload = false;
    this.#path.push(step);
    const value = read();
    this.#path.pop();
    this.#json = outer;
    this.#isPayload = wasPayload;
    return value;
  }
}

/** A VNI stands as a number in the neutral form. */
function bigEndian(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => value >>> (8 * (length - 1 - i)));
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
