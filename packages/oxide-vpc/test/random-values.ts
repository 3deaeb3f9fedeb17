// Makes random values of any schema: a format that reads what nobody wrote.

import { TextError } from "opte-api";
import { CodecError, type CodecFault, type Schema, type TextForm, type ValueReader } from "opte-api/codec";
import type { Random } from "./random.js";

const MAX_ITEMS = 4;
/** Many, so that no seed fails for bad luck: of the pickiest types, few come out right. */
const ATTEMPTS = 1000;
const CHARACTERS = ["a", "Z", "0", "-", " ", "é", "→", "😀"];

/** A random value of a type. */
export function randomValue<T>(schema: Pick<Schema<T>, "read">, random: Random): T {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      return schema.read(new RandomReader(random));
    } catch (error) {
      // Parts may be right and the whole wrong; then others are tried
      if (!(error instanceof CodecError)) throw error;
    }
  }
  throw new Error(`No value in ${ATTEMPTS} attempts`);
}

class RandomReader implements ValueReader {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  bool(): boolean {
    return this.#random.below(2) === 1;
  }

  u8(): number {
    return this.#below(0x100);
  }

  u16(): number {
    return this.#below(0x1_0000);
  }

  u24(): number {
    return this.#below(0x100_0000);
  }

  u32(): number {
    return this.#below(2 ** 32);
  }

  u64(): number | bigint {
    const value = BigInt(this.u32()) * BigInt(this.#random.of([1, 1, 1, 2 ** 21, 2 ** 32 + 1]));
    return value > Number.MAX_SAFE_INTEGER ? value : Number(value);
  }

  i32(): number {
    return this.u32() | 0;
  }

  string(): string {
    return this.list(() => this.#random.of(CHARACTERS)).join("");
  }

  fixed(length: number): Uint8Array {
    return this.#random.bytes(length);
  }

  blob(): Uint8Array {
    return this.fixed(this.#random.of([0, 1, 15, 16, 17]));
  }

  option<T>(readValue: () => T): T | undefined {
    return this.bool() ? readValue() : undefined;
  }

  list<T>(readItem: () => T): T[] {
    return Array.from({ length: this.#random.below(MAX_ITEMS) }, readItem);
  }

  pair<A, B>(readFirst: () => A, readSecond: () => B): readonly [A, B] {
    return [readFirst(), readSecond()];
  }

  field<T>(_name: string, readValue: () => T): T {
    return readValue();
  }

  choice(names: readonly string[]): number {
    return this.#random.below(names.length);
  }

  variant<T>(names: readonly string[], readFields: (index: number) => T): T {
    return readFields(this.#random.below(names.length));
  }

  /** Random bytes where they will do, else a text that the type takes. */
  textual<T>(binary: Schema<T>, text: TextForm<T>): T {
    const texts = [
      () => `ff04::${this.u16().toString(16)}`,
      () => `fd00:${this.u16().toString(16)}::/48`,
      () => `10.${this.u8()}.0.0/16`,
      () => `host-${this.u16()}.example.com`,
      () => Array.from(this.fixed(16), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    ];
    for (const read of [() => binary.read(this), ...texts.map((make) => () => text.parse(make()))]) {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof CodecError || error instanceof TextError)) throw error;
      }
    }
    throw this.fault("invalid_value", "no text suits the type");
  }

  fault(fault: CodecFault, problem: string): CodecError {
    return new CodecError("decode", fault, "", problem);
  }

  /** Any number below `bound`; small, large and even ones often. */
  #below(bound: number): number {
    return this.#random.of([0, 1, 127, bound - 1, this.#random.below(128), this.#random.below(bound)]);
  }
}
