// Schemas of single numbers, texts and byte strings.

import type { Uint64 } from "../uint64.js";
import type { Schema, ValueWriter } from "./schema.js";

const MAX_U64 = 0xffff_ffff_ffff_ffffn;
const MAX_I32 = 0x7fff_ffff;

export const bool: Schema<boolean> = {
  write: (writer, value) => {
    writer.bool(value);
  },
  read: (reader) => reader.bool(),
};

/** An integer from 0 to 255. */
export const u8: Schema<number> = {
  write: (writer, value) => {
    writer.u8(inRange(value, 0, 0xff, writer));
  },
  read: (reader) => reader.u8(),
};

/** An integer from 0 to 65535. */
export const u16: Schema<number> = {
  write: (writer, value) => {
    writer.u16(inRange(value, 0, 0xffff, writer));
  },
  read: (reader) => reader.u16(),
};

/** An integer from 0 to 2^24 - 1; in the binary form three bytes, the highest first. */
export const u24: Schema<number> = {
  write: (writer, value) => {
    writer.u24(inRange(value, 0, 0xff_ffff, writer));
  },
  read: (reader) => reader.u24(),
};

/** An integer from 0 to 2^32 - 1. */
export const u32: Schema<number> = {
  write: (writer, value) => {
    writer.u32(inRange(value, 0, 0xffff_ffff, writer));
  },
  read: (reader) => reader.u32(),
};

/** An integer from 0 to 2^64 - 1; above 2^53 - 1 it is read as a bigint, see {@link Uint64}. */
export const u64: Schema<Uint64> = {
  write: (writer, value) => {
    if (typeof value === "number") inRange(value, 0, Number.MAX_SAFE_INTEGER, writer);
    else if (value < 0n || value > MAX_U64) throw writer.fault("out_of_range", outside(value, 0, MAX_U64));
    writer.u64(value);
  },
  read: (reader) => reader.u64(),
};

/** A 64-bit number on the wire, of which only 0 to 2^53 - 1 are taken: sizes, versions and ids. */
export const u53: Schema<number> = {
  write: (writer, value) => {
    writer.u64(inRange(value, 0, Number.MAX_SAFE_INTEGER, writer));
  },
  read: (reader) => {
    const value = reader.u64();
    if (typeof value === "number") return value;
    throw reader.fault("out_of_range", outside(value, 0, Number.MAX_SAFE_INTEGER));
  },
};

/** An integer from -2^31 to 2^31 - 1. */
export const i32: Schema<number> = {
  write: (writer, value) => {
    writer.i32(inRange(value, -MAX_I32 - 1, MAX_I32, writer));
  },
  read: (reader) => reader.i32(),
};

/** Unicode text. */
export const string: Schema<string> = {
  write: (writer, value) => {
    writer.string(value);
  },
  read: (reader) => reader.string(),
};

/** Any number of bytes. */
export const blob: Schema<Uint8Array> = {
  write: (writer, value) => {
    writer.blob(value);
  },
  read: (reader) => reader.blob(),
};

/** Exactly `length` bytes. */
export function fixed(length: number): Schema<Uint8Array> {
  return {
    write: (writer, value) => {
      if (value.length !== length) {
        throw writer.fault("out_of_range", `it has ${value.length} bytes, not ${length}`);
      }
      writer.fixed(value);
    },
    read: (reader) => reader.fixed(length),
  };
}

function inRange(value: number, min: number, max: number, writer: ValueWriter): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw writer.fault("out_of_range", outside(value, min, max));
}

function outside(value: Uint64, min: number, max: Uint64): string {
  return `${value} is not an integer from ${min} to ${max}`;
}
