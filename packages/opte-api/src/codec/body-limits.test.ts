// Every limit of a body: what is just within is decoded, and one beyond is refused by the error that names it.

import { describe, expect, it } from "vitest";
import { codecFault } from "../../test/codec-errors.js";
import { hex } from "../../test/hex.js";
import { Ipv4Addr } from "../ipv4-addr.js";
import { BodyFormat, decodeBody, encodeBody } from "./body-format.js";
import {
  ANSWER_LIMITS,
  type BodyLimits,
  FRAME_REQUEST_LIMITS,
  MAX_DEPTH,
  MAX_KEY_LEN,
  MAX_KEYS,
  MAX_MESSAGE_LEN,
  NO_LIMITS,
  READ_REQUEST_LIMITS,
  REQUEST_LIMITS,
} from "./body-limits.js";
import { decodeCbor } from "./cbor-reader.js";
import { CodecError } from "./codec-error.js";
import { option, list, struct } from "./composites.js";
import { dumpUftResp } from "./engine-dump-schemas.js";
import { decodePostcard } from "./postcard-reader.js";
import { blob, bool, string, u8 } from "./primitives.js";
import type { Schema } from "./schema.js";

const { Cbor, Postcard } = BodyFormat;
const LIMITS: BodyLimits = { messageLen: 100, textLen: 20, values: 30 };

/** CBOR: a head with the number in four bytes behind it. */
function head(major: number, count: number): Uint8Array {
  const bytes = Uint8Array.of((major << 5) | 26, 0, 0, 0, 0);
  new DataView(bytes.buffer).setUint32(1, count);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function of(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

const aText = (length: number): Uint8Array => joined(head(3, length), of(length, 0x61));
const aBlob = (length: number): Uint8Array => joined(head(2, length), of(length, 0));
const aList = (count: number): Uint8Array => joined(head(4, count), of(count, 0));
/** A map of single-byte values to keys that differ, none of which is a field. */
const aMap = (count: number): Uint8Array =>
  joined(Uint8Array.of(0xb8, count), ...Array.from({ length: count }, (_, i) => Uint8Array.of(0x61, 0x20 + i, 0)));
const deep = (levels: number): Uint8Array => joined(of(levels, 0x81), of(1, 0));
const keyOf = (length: number): Uint8Array => joined(of(1, 0xa1), aText(length), of(1, 0));

const nothing: Schema<object> = struct<object>({});

interface Case {
  readonly what: string;
  readonly format: BodyFormat;
  readonly schema: Schema<unknown>;
  readonly limits: BodyLimits;
  readonly within: Uint8Array;
  readonly beyond: Uint8Array;
  readonly message: RegExp;
  /** What is wrong with the one that is within the limit, if it is no value of the schema. */
  readonly otherFault?: string;
}

function limit<T>(what: string, schema: Schema<T>, rest: Omit<Case, "what" | "schema">): Case {
  return { what, schema: schema as Schema<unknown>, ...rest }; // Unwrap: it only reads
}

const CASES: readonly Case[] = [
  limit("bytes of a message in CBOR", blob, {
    format: Cbor,
    limits: LIMITS,
    within: aBlob(95),
    beyond: aBlob(96),
    message: /the message: it has more than 100 bytes/,
  }),
  limit("bytes of a message in the binary form", blob, {
    format: Postcard,
    limits: LIMITS,
    within: joined(of(1, 99), of(99, 0)),
    beyond: joined(of(1, 100), of(100, 0)),
    message: /the message: it has more than 100 bytes/,
  }),
  limit("bytes of a text in CBOR", string, {
    format: Cbor,
    limits: LIMITS,
    within: aText(20),
    beyond: aText(21),
    message: /the text at byte 5 has more than 20 bytes/,
  }),
  limit("bytes of a text in the binary form", struct<{ readonly name: string }>({ name: string }), {
    format: Postcard,
    limits: LIMITS,
    within: joined(of(1, 20), of(20, 0x61)),
    beyond: joined(of(1, 21), of(21, 0x61)),
    message: /field "name": it has more than 20 bytes/,
  }),
  limit("values of a message in CBOR", list(u8), {
    format: Cbor,
    limits: LIMITS,
    within: aList(29),
    beyond: aList(30),
    message: /the message: it has more than 30 values/,
  }),
  limit("elements of all lists together in the binary form", list(list(u8)), {
    format: Postcard,
    limits: LIMITS,
    within: joined(of(1, 2), of(1, 14), of(14, 0), of(1, 14), of(14, 0)),
    beyond: joined(of(1, 2), of(1, 14), of(14, 0), of(1, 15), of(15, 0)),
    message: /the lists of the message have more than 30 elements/,
  }),
  limit("levels of CBOR", bool, {
    format: Cbor,
    limits: ANSWER_LIMITS,
    within: deep(MAX_DEPTH),
    beyond: deep(MAX_DEPTH + 1),
    message: /it is nested deeper than 32 levels/,
    otherFault: "bad_type",
  }),
  limit("keys of a map in CBOR", nothing, {
    format: Cbor,
    limits: ANSWER_LIMITS,
    within: aMap(MAX_KEYS),
    beyond: aMap(MAX_KEYS + 1),
    message: /a map has more than 64 keys/,
    otherFault: "unknown_field",
  }),
  limit("bytes of a key in CBOR", nothing, {
    format: Cbor,
    limits: ANSWER_LIMITS,
    within: keyOf(MAX_KEY_LEN),
    beyond: keyOf(MAX_KEY_LEN + 1),
    message: /a key of a map has more than 64 bytes/,
    otherFault: "unknown_field",
  }),
];

describe("the limit of", () => {
  it.each(CASES)("$what", ({ format, schema, limits, within, beyond, message, otherFault }) => {
    const decode = (bytes: Uint8Array) => (): unknown => decodeBody(format, schema, bytes, limits);
    if (otherFault === undefined) expect(decode(within)).not.toThrow();
    else expect(codecFault(decode(within))[0]).toBe(otherFault);
    expect(codecFault(decode(beyond))[0]).toBe("too_large");
    expect(decode(beyond)).toThrow(message);
    expect(decode(beyond)).toThrow(CodecError);
  });
});

describe("what has a limit of one", () => {
  const flag = struct<{ readonly a: number }>({ a: u8 });
  const oneOrNone = struct<{ readonly a?: number }>({ a: option(u8) });

  it.each<[string, Schema<unknown>, BodyFormat, string, string, string]>([
    ["a value, behind which nothing follows, in CBOR", any(bool), Cbor, "f5", "f5f5", "trailing_bytes"],
    ["a value, behind which nothing follows", any(bool), Postcard, "01", "0101", "trailing_bytes"],
    ["a key of the same name", any(flag), Cbor, "a1616101", "a2616101616102", "bad_form"],
    ["no tag", any(bool), Cbor, "f5", "c1f5", "bad_form"],
    ["a length in front", any(list(u8)), Cbor, "8107", "9f07ff", "bad_form"],
    ["a length of text in front", any(string), Cbor, "6161", "7f6161ff", "bad_form"],
    ["the bytes of a character", any(string), Cbor, "62c3a9", "61c3", "bad_text"],
    ["the bytes of a character, in the binary form", any(string), Postcard, "02c3a9", "01c3", "bad_text"],
    ["the last character that there is", any(string), Cbor, "64f48fbfbf", "64f4908080", "bad_text"],
    ["the tag of a value that is there", any(oneOrNone), Postcard, "0107", "0207", "bad_tag"],
    ["bytes that are there", any(blob), Postcard, "020708", "0207", "end_of_input"],
    ["bytes that are there, in CBOR", any(blob), Cbor, "420708", "4207", "end_of_input"],
    ["elements that are there", any(list(u8)), Postcard, "020708", "0307", "end_of_input"],
    ["elements that are there, in CBOR", any(list(u8)), Cbor, "820708", "8307", "end_of_input"],
    ["a number of the type", any(u8), Cbor, "18ff", "190100", "out_of_range"],
  ])("%s", (_what, schema, format, within, beyond, fault) => {
    expect(() => decodeBody(format, schema, hex(within))).not.toThrow();
    expect(codecFault(() => decodeBody(format, schema, hex(beyond)))[0]).toBe(fault);
  });
});

describe("limits of kinds of messages", () => {
  it("are 16 MiB at most, and least for who may only read", () => {
    for (const { messageLen } of [ANSWER_LIMITS, REQUEST_LIMITS]) expect(messageLen).toBe(MAX_MESSAGE_LEN);
    expect(READ_REQUEST_LIMITS).toEqual({ messageLen: 4096, textLen: 1024, values: 1000 });
    expect(FRAME_REQUEST_LIMITS).toEqual({ messageLen: 4096 + 65_536, textLen: 1024, values: 1000 });
  });

  it("are those of an answer in CBOR, and none in the binary form, unless others are given", () => {
    const many = new Uint8Array(5 + ANSWER_LIMITS.values);
    many.set(head(4, ANSWER_LIMITS.values));
    expect(codecFault(() => decodeCbor(list(u8), many))).toEqual(["too_large", ""]);
    const count = REQUEST_LIMITS.values + 1;
    const bytes = new Uint8Array(3 + count);
    bytes.set([(count & 0x7f) | 0x80, ((count >> 7) & 0x7f) | 0x80, count >> 14]);
    expect(codecFault(() => decodePostcard(list(u8), bytes, REQUEST_LIMITS))).toEqual(["too_large", ""]);
    expect(decodePostcard(list(u8), bytes, NO_LIMITS)).toHaveLength(count);
    expect(decodePostcard(list(u8), bytes)).toHaveLength(count);
  });

  it("let an answer of 16 MiB be full of the smallest flows that there are", () => {
    const zero = Ipv4Addr.parse("0.0.0.0");
    const flow = { proto: 255, src: zero, dst: zero, kind: "none" } as const;
    const outFlows = Array.from({ length: 1000 }, () => [flow, { hits: 0, summary: "" }] as const);
    const dump = { inLimit: 0, inNumFlows: 0, inFlows: [], outLimit: 0, outNumFlows: 0, outFlows };
    const bytes = encodeBody(Cbor, dumpUftResp, dump);
    // As many values to a byte as an answer may have at most
    const values = Math.floor((bytes.length * ANSWER_LIMITS.values) / MAX_MESSAGE_LEN);
    expect(decodeBody(Cbor, dumpUftResp, bytes, { ...ANSWER_LIMITS, values })).toEqual(dump);
  });

  it("leave room for the longest names that there are", () => {
    const longest = aText(REQUEST_LIMITS.textLen);
    expect(decodeCbor(string, longest, REQUEST_LIMITS)).toHaveLength(1024);
  });

  it("are checked before a text is looked at, so that a long one costs nothing", () => {
    const notUtf8 = joined(head(3, 1025), of(1025, 0xff));
    expect(codecFault(() => decodeCbor(string, notUtf8, REQUEST_LIMITS))).toEqual(["too_large", ""]);
    const binary = joined(Uint8Array.of(0x81, 0x08), of(1025, 0xff));
    expect(codecFault(() => decodePostcard(string, binary, REQUEST_LIMITS))).toEqual(["too_large", ""]);
  });
});

function any<T>(schema: Schema<T>): Schema<unknown> {
  return schema as Schema<unknown>; // Unwrap: it only reads
}
