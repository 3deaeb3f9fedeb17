// Bodies in CBOR: their form, and what is refused (RFC 8949; our own limits).

import { describe, expect, it } from "vitest";
import { codecFault } from "../../test/codec-errors.js";
import { hex, hexOf } from "../../test/hex.js";
import { IpCidr } from "../ip-cidr.js";
import { Ipv4Addr } from "../ipv4-addr.js";
import { MacAddr } from "../mac-addr.js";
import { PortRange } from "../port-range.js";
import { Vni } from "../vni.js";
import { direction, domainName, ipAddr, ipCidr, macAddr, portRange, vni } from "./address-schemas.js";
import { decodeCbor } from "./cbor-reader.js";
import { encodeCbor } from "./cbor-writer.js";
import { list, option, pair, struct, variants } from "./composites.js";
import { ENGINE_COMMANDS } from "./engine-commands.js";
import { blob, bool, fixed, i32, string, u16, u64, u8 } from "./primitives.js";
import type { Schema } from "./schema.js";

interface Sample {
  readonly id: number;
  readonly name?: string;
}
type Shape =
  { readonly kind: "any" } | { readonly kind: "subnet"; readonly cidr: IpCidr; readonly inner?: readonly Sample[] };

const sample: Schema<Sample> = struct<Sample>({ id: u16, name: option(string) });
const shape: Schema<Shape> = variants<Shape>({ any: {}, subnet: { cidr: ipCidr, inner: option(list(sample)) } });

/** The bytes of a text, as CBOR writes them. */
function text(value: string): string {
  return (0x60 + value.length).toString(16) + hexOf(new TextEncoder().encode(value));
}

describe("a body in CBOR", () => {
  const cases: readonly (readonly [string, string, () => readonly [Schema<unknown>, unknown]])[] = [
    [
      "a map from names of fields to values",
      `a1${text("portName")}${text("opte0")}`,
      () => of(ENGINE_COMMANDS.ListLayers.request, { portName: "opte0" }),
    ],
    ["a map without the fields that are absent", `a1${text("id")}07`, () => of(sample, { id: 7 })],
    [
      "a variant with its kind",
      `a2${text("kind")}${text("subnet")}${text("cidr")}${text("10.0.0.0/8")}`,
      () => of(shape, { kind: "subnet", cidr: IpCidr.parse("10.0.0.0/8") }),
    ],
    ["a variant without fields, as a map too", `a1${text("kind")}${text("any")}`, () => of(shape, { kind: "any" })],
    ["one of a few texts", text("out"), () => of(direction, "out")],
    ["an address as text", text("10.0.0.5"), () => of(ipAddr, Ipv4Addr.parse("10.0.0.5"))],
    [
      "a MAC address as text",
      `71${hexOf(new TextEncoder().encode("A8:40:25:FF:77:77"))}`,
      () => of(macAddr, MacAddr.parse("a8:40:25:ff:77:77")),
    ],
    ["a VNI as number", "1903e8", () => of(vni, Vni.of(1000))],
    ["a list", "83010203", () => of(list(u8), [1, 2, 3])],
    ["a pair", `82016161`, () => of(pair(u8, string), [1, "a"])],
    ["bytes", "43010203", () => of(blob, Uint8Array.of(1, 2, 3))],
    ["a negative number", "3903e7", () => of(i32, -1000)],
    ["a number beyond 32 bits, as an integer", "1b0000000100000000", () => of(u64, 2 ** 32)],
    ["the largest number that is not a bigint", "1b001fffffffffffff", () => of(u64, Number.MAX_SAFE_INTEGER)],
    ["the largest number", "1bffffffffffffffff", () => of(u64, 2n ** 64n - 1n)],
    ["a range", `a2${text("start")}1903e8${text("end")}1907d0`, () => of(portRange, new PortRange(1000, 2000))],
  ];

  it.each(cases)("is %s: %s", (_what, bytes, make) => {
    const [schema, value] = make();
    expect(hexOf(encodeCbor(schema, value))).toBe(bytes);
    expect(decodeCbor(schema, hex(bytes))).toEqual(value);
  });

  it("may have its fields in any order, and numbers longer than need be", () => {
    expect(decodeCbor(sample, hex(`a2${text("name")}${text("a")}${text("id")}1a00000007`))).toEqual({
      id: 7,
      name: "a",
    });
    expect(decodeCbor(u64, hex("1b0000000000000007"))).toBe(7);
  });

  it("shares no memory with what it was decoded from or encoded into", () => {
    const bytes = hex("43010203");
    const decoded = decodeCbor(blob, bytes);
    bytes.fill(0xff);
    expect(decoded).toEqual(Uint8Array.of(1, 2, 3));
    const first = encodeCbor(blob, Uint8Array.of(1, 2, 3));
    encodeCbor(blob, Uint8Array.of(9, 9, 9));
    expect(hexOf(first)).toBe("43010203");
    expect(first.buffer.byteLength).toBe(first.length);
  });

  it("has no form for labels that no text stands for", () => {
    const name = { text: "a.b.", encoded: Uint8Array.of(3, 0x61, 0x2e, 0x62, 0) };
    const read = struct<{ name: string; encoded: Uint8Array }>({ name: string, encoded: blob });
    expect(name.text).toHaveLength(4);
    expect(
      codecFault(() => decodeCbor(domainName, encodeCbor(read, { name: name.text, encoded: name.encoded }))),
    ).toEqual(["bad_type", ""]);
  });
});

describe("a field that is wrong is named", () => {
  it.each<[string, Schema<unknown>, string, string, string]>([
    ["missing", any(sample), "a0", "missing_field", "id"],
    ["of another type", any(sample), `a1${text("id")}6137`, "bad_type", "id"],
    ["unknown", any(sample), `a2${text("id")}07${text("it")}07`, "unknown_field", "it"],
    ["unknown, in a variant", any(shape), `a2${text("kind")}${text("any")}${text("cidr")}07`, "unknown_field", "cidr"],
    [
      "unknown, deep inside",
      any(shape),
      `a3${text("kind")}${text("subnet")}${text("cidr")}${text("10.0.0.0/8")}${text("inner")}82a1${text("id")}01a2${text("id")}02${text("x")}03`,
      "unknown_field",
      "inner[1].x",
    ],
    ["called __proto__", any(sample), `a2${text("id")}07${text("__proto__")}a0`, "unknown_field", "__proto_"],
    [
      "called constructor",
      any(struct<{ readonly constructor: number }>({ constructor: u8 })),
      "a0",
      "missing_field",
      "constructor",
    ],
    ["too large", any(sample), `a1${text("id")}1a00010000`, "out_of_range", "id"],
    ["negative", any(u64), "20", "out_of_range", ""],
    [
      "a prefix that is too long",
      any(shape),
      `a2${text("kind")}${text("subnet")}${text("cidr")}${text("10.0.0.0/40")}`,
      "invalid_value",
      "cidr",
    ],
    ["none of the kinds", any(shape), `a1${text("kind")}${text("vlan")}`, "bad_tag", "kind"],
    ["none of the texts", any(direction), text("up"), "bad_tag", ""],
    ["of the wrong length", any(list(fixed(2))), "82420102420103".slice(0, 8) + "4101", "out_of_range", "[1]"],
    ["a third of a pair", any(pair(u8, u8)), "83010203", "out_of_range", ""],
    ["a list in place of a map", any(sample), "8107", "bad_type", ""],
    ["a map in place of a list", any(list(u8)), "a0", "bad_type", ""],
    ["a text in place of bytes", any(blob), text("a"), "bad_type", ""],
  ])("%s", (_what, schema, bytes, fault, path) => {
    expect(codecFault(() => decodeCbor(schema, hex(bytes)))).toEqual([fault, path]);
  });
});

describe("the scan before", () => {
  it.each<[string, string, string]>([
    ["nothing", "", "end_of_input"],
    ["bytes behind the value", "0707", "trailing_bytes"],
    ["a tag", "c107", "bad_form"],
    ["the tag of shared values, with which a value could hold itself", "d81c81d81d00", "bad_form"],
    ["a list without length", "9f01ff", "bad_form"],
    ["a map without length", "bf616101ff", "bad_form"],
    ["a text without length", "7f6161ff", "bad_form"],
    ["null", "f6", "bad_form"],
    ["undefined", "f7", "bad_form"],
    ["a float", "fb3ff0000000000000", "bad_form"],
    ["a half float", "f93c00", "bad_form"],
    ["a simple value", "f820", "bad_form"],
    ["a reserved length", "1c", "bad_form"],
    ["a key twice", "a2616101616102", "bad_form"],
    ["a key that is no text", "a10101", "bad_form"],
    ["a text that is not UTF-8", "61ff", "bad_text"],
    ["a key that is not UTF-8", "a161ff01", "bad_text"],
    ["a text that runs past the end", "6261", "end_of_input"],
    ["a list that claims more than there is", "9affffffff01", "end_of_input"],
    ["a list that claims more than any machine holds", "9bffffffffffffffff01", "end_of_input"],
    ["a map that claims more than there is", "bbffffffffffffffff01", "end_of_input"],
    ["33 levels", `${"81".repeat(33)}01`, "too_large"],
    ["a long key", `a17841${"61".repeat(65)}01`, "too_large"],
  ])("refuses %s", (_what, bytes, fault) => {
    expect(codecFault(() => decodeCbor(bool, hex(bytes)))).toEqual([fault, ""]);
  });

  it("takes 32 levels", () => {
    expect(codecFault(() => decodeCbor(bool, hex(`${"81".repeat(32)}01`)))).toEqual(["bad_type", ""]);
  });

  it("refuses more than 16 MiB, and more than eight million values, whatever they are", () => {
    expect(codecFault(() => decodeCbor(bool, new Uint8Array(16 * 2 ** 20 + 1)))).toEqual(["too_large", ""]);
    const many = new Uint8Array(8_000_005).fill(0x80);
    many.set(hex("9a007a1200"));
    expect(codecFault(() => decodeCbor(bool, many))).toEqual(["too_large", ""]);
  });

  it("walks down a hundred thousand nested lists without a stack of its own", () => {
    expect(codecFault(() => decodeCbor(bool, new Uint8Array(100_000).fill(0x81)))).toEqual(["too_large", ""]);
  });
});

function of<T>(schema: Schema<T>, value: T): readonly [Schema<unknown>, unknown] {
  return [any(schema), value];
}

function any<T>(schema: Schema<T>): Schema<unknown> {
  return schema as Schema<unknown>; // Unwrap: it is given values of its own type only
}
