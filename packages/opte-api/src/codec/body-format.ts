// The formats of requests and responses, and which of them a body has.

import type { BodyLimits } from "./body-limits.js";
import { decodeCbor } from "./cbor-reader.js";
import { encodeCbor } from "./cbor-writer.js";
import { decodePostcard } from "./postcard-reader.js";
import { encodePostcard } from "./postcard-writer.js";
import type { Schema } from "./schema.js";

/** What `reserved1` of an ioctl says of its bodies. */
export const BodyFormat = {
  /** The reference's binary form, postcard. */
  Postcard: 0,
  Cbor: 1,
} as const;

/** What `reserved1` of an ioctl says of its bodies. */
export type BodyFormat = (typeof BodyFormat)[keyof typeof BodyFormat];

/** The format that `reserved1` announces, if it is one. */
export function bodyFormat(reserved1: number): BodyFormat | undefined {
  return reserved1 === BodyFormat.Postcard || reserved1 === BodyFormat.Cbor ? reserved1 : undefined;
}

/** Encodes a request, response or error. @throws CodecError if a part of it is out of range */
export function encodeBody<T>(format: BodyFormat, schema: Schema<T>, value: T): Uint8Array {
  return format === BodyFormat.Cbor ? encodeCbor(schema, value) : encodePostcard(schema, value);
}

/**
 * Decodes a request, response or error.
 *
 * @param limits if absent, those of an answer in CBOR, and none in the binary form
 * @throws CodecError if the bytes are no such value, or beyond `limits`
 */
export function decodeBody<T>(format: BodyFormat, schema: Schema<T>, bytes: Uint8Array, limits?: BodyLimits): T {
  return format === BodyFormat.Cbor ? decodeCbor(schema, bytes, limits) : decodePostcard(schema, bytes, limits);
}
