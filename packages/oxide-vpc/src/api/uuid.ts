// UUIDs, which name internet gateways (RFC 9562 §4).

import { TextError } from "opte-api";

declare const uuidBrand: unique symbol;

/** A UUID: at run time its text, 32 small hex digits in five groups. Order and equality are those of strings. */
export type Uuid = string & { readonly [uuidBrand]: "Uuid" };

/** Reads {@link Uuid} values. */
export const Uuid = {
  /**
   * Reads a UUID of any version in any case: in groups, without dashes, in braces, or behind `urn:uuid:`.
   *
   * @throws TextError `bad_uuid`
   */
  parse: (text: string): Uuid => {
    if (!SHAPES.some((shape) => shape.test(text))) {
      throw new TextError("UUID", "bad_uuid", text, "it is not 32 hex digits in groups of 8-4-4-4-12");
    }
    const digits = text
      .slice(text.lastIndexOf(":") + 1)
      .replaceAll(/[{}-]/g, "")
      .toLowerCase();
    const groups = [0, 8, 12, 16, 20].map((start, i, starts) => digits.slice(start, starts[i + 1]));
    return groups.join("-") as Uuid; // Unwrap: every shape holds exactly the 32 digits of a UUID
  },

  /** The UUID of sixteen bytes. @throws TextError `bad_uuid` if there are more or fewer */
  fromBytes: (bytes: Uint8Array): Uuid =>
    Uuid.parse(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")),

  /** Its sixteen bytes. */
  toBytes: (uuid: Uuid): Uint8Array =>
    Uint8Array.from(uuid.replaceAll("-", "").match(/../g) ?? [], (digits) => Number.parseInt(digits, 16)),
} as const;

const SHAPES: readonly RegExp[] = [
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  /^[0-9a-f]{32}$/i,
  /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/i,
  /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
];
