// What a schema is: one description of a type, from which it is written and read in any format.

import type { CodecError, CodecFault } from "./codec-error.js";
import type { Uint64 } from "../uint64.js";

/**
 * How values of a type are made up of parts. A schema knows no format: it hands the parts to a {@link ValueWriter} in their order, or
 * takes them from a {@link ValueReader} in the same order, so that what one format can write, every format can.
 */
export interface Schema<T> {
  /** @throws CodecError if `value` is out of range */
  readonly write: (writer: ValueWriter, value: T) => void;
  /** @throws CodecError if there is no such value */
  readonly read: (reader: ValueReader) => T;
}

/** The text form of a type, for formats that prefer one. */
export interface TextForm<T> {
  readonly format: (value: T) => string;
  /** @throws TextError if `text` is no such value */
  readonly parse: (text: string) => T;
}

/** A format, from the side of who writes. Numbers are in range when they get here. */
export interface ValueWriter {
  bool(value: boolean): void;
  u8(value: number): void;
  u16(value: number): void;
  u24(value: number): void;
  u32(value: number): void;
  u64(value: Uint64): void;
  i32(value: number): void;
  string(value: string): void;
  /** Bytes of a number that the type knows. */
  fixed(bytes: Uint8Array): void;
  /** Bytes of a number that only the value knows. */
  blob(bytes: Uint8Array): void;
  option(isPresent: boolean, writeValue: () => void): void;
  list<T>(items: readonly T[], writeItem: (item: T) => void): void;
  pair(writeFirst: () => void, writeSecond: () => void): void;
  field(name: string, writeValue: () => void): void;
  /** One of a fixed list of texts, and its place in the list. */
  choice(name: string, index: number): void;
  /** One of a fixed list of forms, its place in the list, and the fields that belong to it. */
  variant(name: string, index: number, writeFields: () => void): void;
  /** A value that has a text form besides its `binary` one. */
  textual<T>(value: T, binary: Schema<T>, text: TextForm<T>): void;
  /** An error for the field that is being written. */
  fault(fault: CodecFault, problem: string): CodecError;
}

/** A format, from the side of who reads; the counterpart of {@link ValueWriter}. */
export interface ValueReader {
  bool(): boolean;
  u8(): number;
  u16(): number;
  u24(): number;
  u32(): number;
  u64(): Uint64;
  i32(): number;
  string(): string;
  fixed(length: number): Uint8Array;
  blob(): Uint8Array;
  /** `undefined` if there is no value. */
  option<T>(readValue: () => T): T | undefined;
  list<T>(readItem: () => T): T[];
  pair<A, B>(readFirst: () => A, readSecond: () => B): readonly [A, B];
  field<T>(name: string, readValue: () => T): T;
  /** The place of the text in `names`. */
  choice(names: readonly string[]): number;
  /** `readFields` gets the place of the form in `names`. */
  variant<T>(names: readonly string[], readFields: (index: number) => T): T;
  textual<T>(binary: Schema<T>, text: TextForm<T>): T;
  /** An error for the field that is being read. */
  fault(fault: CodecFault, problem: string): CodecError;
}
