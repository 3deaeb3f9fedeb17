// The emptiest value of any type: what a device answers that has nothing to say.

import { CodecError, type CodecFault, type Schema, type ValueReader } from "opte-api/codec";

/** Zeros, empty texts and lists, nothing optional, and of several forms the first. */
export class EmptyReader implements ValueReader {
  bool(): boolean {
    return false;
  }

  u8(): number {
    return 0;
  }

  u16(): number {
    return 0;
  }

  u24(): number {
    return 0;
  }

  u32(): number {
    return 0;
  }

  u64(): number {
    return 0;
  }

  i32(): number {
    return 0;
  }

  string(): string {
    return "";
  }

  fixed(length: number): Uint8Array {
    return new Uint8Array(length);
  }

  blob(): Uint8Array {
    return new Uint8Array();
  }

  option(): undefined {
    return undefined;
  }

  list<T>(): T[] {
    return [];
  }

  pair<A, B>(readFirst: () => A, readSecond: () => B): readonly [A, B] {
    return [readFirst(), readSecond()];
  }

  field<T>(_name: string, readValue: () => T): T {
    return readValue();
  }

  choice(): number {
    return 0;
  }

  variant<T>(_names: readonly string[], readFields: (index: number) => T): T {
    return readFields(0);
  }

  textual<T>(binary: Schema<T>): T {
    return binary.read(this);
  }

  fault(fault: CodecFault, problem: string): CodecError {
    return new CodecError("decode", fault, "", problem);
  }
}
