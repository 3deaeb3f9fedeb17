// Values that the command line has besides those of the API.

import { DECIMAL_FAULT_TEXT, type IpAddr, type IpCidr, parseDecimal, TextError, type Uint64 } from "opte-api";
import { UsageError } from "./usage-error.js";

/** Reads a text as it stands. */
export const asText = (text: string): string => text;

/** Makes a reader of decimal numbers from 0 to `max`. */
export function numberUpTo(max: number): (text: string) => number {
  return (text) => {
    const value = parseDecimal(text, max);
    if (typeof value === "number") return value;
    const reason = value === "number_too_large" ? `it is over ${max}` : DECIMAL_FAULT_TEXT[value];
    throw new TextError("number", value, text, reason);
  };
}

/** Reads a decimal number of 64 bits. @throws TextError */
export function uint64(text: string): Uint64 {
  const value = parseDecimal(text, Number.MAX_SAFE_INTEGER);
  if (typeof value === "number") return value;
  // The grammar of digits is the same; only the range is wider.
  if (value === "number_too_large" && /^[1-9][0-9]*$/.test(text) && BigInt(text) < 2n ** 64n) return BigInt(text);
  const reason = value === "number_too_large" ? "it is over 18446744073709551615" : DECIMAL_FAULT_TEXT[value];
  throw new TextError("number", value, text, reason);
}

/** Collects values that `parse` reads. */
export function several<T>(parse: (text: string) => T): (text: string, earlier: readonly T[]) => readonly T[] {
  return (text, earlier) => [...earlier, parse(text)];
}

/** Collects values that are separated by commas. */
export function commaSeparated<T>(parse: (text: string) => T): (text: string, earlier: readonly T[]) => readonly T[] {
  return (text, earlier) => [...earlier, ...text.split(",").map(parse)];
}

/** Collects addresses or prefixes, at most one of each family. */
export function oncePerFamily<T extends IpAddr | IpCidr>(
  parse: (text: string) => T,
): (text: string, earlier: readonly T[], flags: string) => readonly T[] {
  return (text, earlier, flags) => {
    const value = parse(text);
    if (earlier.some(({ family }) => family === value.family)) {
      throw new UsageError(`the option '${flags}' is given twice for IPv${value.family}`);
    }
    return [...earlier, value];
  };
}
