// Virtual network identifiers of Geneve (spec 01 §1.7; RFC 8926 §3.4).

import { checkLength, checkUnsigned, readUint16 } from "./bytes.js";
import { DECIMAL_FAULT_TEXT, parseDecimal } from "./decimal.js";
import { TextError } from "./text-error.js";

const TYPE = "VNI";
const MAX_UINT32 = 0xffffffff;

declare const vniBrand: unique symbol;

/** A 24-bit virtual network identifier: at run time a number that has been checked. Order and equality are those of numbers. */
export type Vni = number & { readonly [vniBrand]: "Vni" };

/** Makes and reads {@link Vni} values. */
export const Vni = {
  /** Largest identifier, 2^24 - 1. */
  MAX: 0xffffff,

  /** Whether `value` is an integer from 0 to 2^24 - 1. */
  is: (value: number): value is Vni => Number.isInteger(value) && value >= 0 && value <= Vni.MAX,

  /** @throws RangeError unless `value` is an integer from 0 to 2^24 - 1. */
  of: (value: number): Vni => {
    checkUnsigned(value, Vni.MAX, TYPE);
    return value as Vni; // Unwrap: the line above has thrown for any other value
  },

  /**
   * Reads a strict decimal number.
   *
   * @throws TextError `unparsable` if it is not a 32-bit number, else `too_large` above 2^24 - 1
   */
  parse: (text: string): Vni => {
    const value = parseDecimal(text, Vni.MAX);
    if (typeof value === "number") return Vni.of(value);
    if (value === "number_too_large" && parseDecimal(text, MAX_UINT32) !== "number_too_large") {
      throw new TextError(TYPE, "too_large", text, `it is over ${Vni.MAX}`);
    }
    throw new TextError(TYPE, "unparsable", text, DECIMAL_FAULT_TEXT[value]);
  },

  /** Reads three big-endian bytes. @throws RangeError unless there are exactly 3. */
  fromBytes: (bytes: Uint8Array): Vni => {
    checkLength(bytes, 3, TYPE);
    return Vni.of((readUint16(bytes, 0) << 8) | (bytes[2] ?? 0));
  },

  /** Three big-endian bytes, as on the wire. */
  toBytes: (vni: Vni): Uint8Array => Uint8Array.of(vni >>> 16, vni >>> 8, vni),
} as const;
