// The reference's binary form, part by part (spec 05 §3).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codecFault } from "../../test/codec-errors.js";
import { forAll } from "../../test/expectations.js";
import { hex, hexOf } from "../../test/hex.js";
import type { Uint64 } from "../uint64.js";
import { choice, list, option, pair, struct, variants } from "./composites.js";
import { decodePostcard } from "./postcard-reader.js";
import { encodePostcard } from "./postcard-writer.js";
import { blob, bool, fixed, i32, string, u16, u32, u53, u64, u8 } from "./primitives.js";
import type { Schema } from "./schema.js";

function expectBytes<T>(schema: Schema<T>, value: T, bytes: string): void {
  expect(hexOf(encodePostcard(schema, value))).toBe(bytes.replaceAll(" ", ""));
  expect(decodePostcard(schema, hex(bytes))).toEqual(value);
}

const faultOf = (schema: Pick<Schema<unknown>, "read">, bytes: string): string =>
  codecFault(() => decodePostcard(schema, hex(bytes)))[0];

describe("unsigned numbers", () => {
  it.each<[Uint64, string]>([
    [0, "00"],
    [127, "7f"],
    [128, "8001"],
    [300, "ac02"],
    [2 ** 32, "8080808010"],
    [2 ** 49 - 1, "ffffffffffff7f"],
    [2 ** 49, "8080808080808001"],
    [Number.MAX_SAFE_INTEGER, "ffffffffffffff0f"],
    [2n ** 53n, "8080808080808010"],
    [2n ** 64n - 3n, "fdffffffffffffffff01"],
    [2n ** 64n - 1n, "ffffffffffffffffff01"],
  ])("have seven bits to a byte: %s", (value, bytes) => {
    expectBytes(u64, value, bytes);
  });

  it("are bigints above 2^53 - 1 and only there", () => {
    const edge = fc.bigInt(2n ** 53n - 1000n, 2n ** 53n + 1000n);
    forAll(fc.oneof(fc.bigInt(0n, 2n ** 64n - 1n), edge), (value) => {
      const decoded = decodePostcard(u64, encodePostcard(u64, value));
      expect(typeof decoded).toBe(value > Number.MAX_SAFE_INTEGER ? "bigint" : "number");
      expect(BigInt(decoded)).toBe(value);
    });
  });

  it("may be padded with zero bits up to the bytes of their type", () => {
    expect(decodePostcard(u16, hex("80 80 00"))).toBe(0);
    expect(decodePostcard(u32, hex("85 80 80 80 00"))).toBe(5);
    expect(decodePostcard(u64, hex("85 80 80 80 80 80 80 80 80 00"))).toBe(5);
  });

  it.each<[string, Schema<number> | Schema<Uint64>, string]>([
    ["65536 as 16 bits", u16, "808004"],
    ["four bytes as 16 bits", u16, "80808000"],
    ["2^32 as 32 bits", u32, "8080808010"],
    ["six bytes as 32 bits", u32, "808080808000"],
    ["2^64", u64, "80808080808080808002"],
    ["eleven bytes", u64, "8080808080808080808000"],
    ["2^53 where bigints have no place", u53, "8080808080808010"],
  ])("are refused beyond their type: %s", (_what, schema, bytes) => {
    expect(faultOf(schema, bytes)).toBe("out_of_range");
  });

  it.each<[Schema<number>, number]>([
    [u8, 256],
    [u16, -1],
    [u16, 65536],
    [u32, 2 ** 32],
    [u32, 1.5],
    [u53, 2 ** 53],
    [u53, Number.NaN],
    [i32, 2 ** 31],
  ])("are not written beyond their type", (schema, value) => {
    expect(codecFault(() => encodePostcard(schema, value))).toEqual(["out_of_range", ""]);
  });

  it("of 64 bits are not written below 0 or above 2^64 - 1", () => {
    for (const value of [-1n, 2n ** 64n, -1, 2 ** 53]) {
      expect(codecFault(() => encodePostcard(u64, value))).toEqual(["out_of_range", ""]);
    }
  });
});

describe("other single values", () => {
  it("are a raw byte if they have eight bits", () => {
    expectBytes(u8, 255, "ff");
  });

  it("are folded if they have a sign", () => {
    expectBytes(i32, 17, "22");
    expectBytes(i32, -1, "01");
    expectBytes(i32, 2 ** 31 - 1, "feffffff0f");
    expectBytes(i32, -(2 ** 31), "ffffffff0f");
  });

  it("are 0 or 1 if they are bools, and no other byte", () => {
    expectBytes(bool, true, "01");
    expectBytes(bool, false, "00");
    expect(faultOf(bool, "02")).toBe("bad_tag");
  });

  it("have their length in bytes in front if they are texts", () => {
    expectBytes(string, "opte0", "05 6f70746530");
    expectBytes(string, "é", "02 c3a9");
    expectBytes(string, "", "00");
  });

  it("are UTF-8 if they are texts", () => {
    expect(faultOf(string, "01 ff")).toBe("bad_text");
    expect(codecFault(() => encodePostcard(string, "\ud800"))).toEqual(["bad_text", ""]);
  });

  it("have no length in front if it is known", () => {
    expectBytes(fixed(3), hex("010203"), "010203");
    expectBytes(blob, hex("010203"), "03 010203");
    expect(codecFault(() => encodePostcard(fixed(3), hex("01")))).toEqual(["out_of_range", ""]);
  });
});

describe("composed values", () => {
  interface Entry {
    readonly name: string;
    readonly size?: number;
  }
  const entry = struct<Entry>({ name: string, size: option(u16) });
  type Shape = { readonly kind: "dot" } | { readonly kind: "box"; readonly width: number; readonly color?: number };
  const shape = variants<Shape>({ dot: {}, box: { width: u8, color: option(u8) } });

  it("follow one another without names if they are fields", () => {
    expectBytes(entry, { name: "a", size: 300 }, "0161 01 ac02");
  });

  it("are 0, or 1 and the value, if they may be absent; absent fields are not there at all", () => {
    expectBytes(entry, { name: "a" }, "0161 00");
    expect(Object.keys(decodePostcard(entry, hex("0161 00")))).toEqual(["name"]);
    expect(faultOf(entry, "0161 02")).toBe("bad_tag");
  });

  it("have their number in front if they are lists", () => {
    expectBytes(list(entry), [{ name: "a" }, { name: "", size: 1 }], "02 016100 000101");
    expectBytes(list(u8), [], "00");
  });

  it("stand side by side if they are pairs", () => {
    expectBytes(pair(u8, string), [7, "x"], "07 0178");
  });

  it("begin with their place in the declaration if they are variants", () => {
    expectBytes(shape, { kind: "dot" }, "00");
    expectBytes(shape, { kind: "box", width: 4, color: 5 }, "01 04 01 05");
    expectBytes(choice(["system", "custom"]), "custom", "01");
  });

  it("are refused if there is no such variant", () => {
    expect(faultOf(shape, "02")).toBe("bad_tag");
    expect(faultOf(choice(["system", "custom"]), "02")).toBe("bad_tag");
  });

  it("are not written if there is no such variant", () => {
    const one: Schema<string> = choice<string>(["system"]);
    expect(codecFault(() => encodePostcard(one, "custom"))).toEqual(["bad_tag", ""]);
  });
});

describe("a message", () => {
  const message = struct<{ readonly ids: readonly (readonly [number, string])[] }>({ ids: list(pair(u16, string)) });

  it("is refused wherever it ends too soon, and says in which field", () => {
    const whole = encodePostcard(message, {
      ids: [
        [300, "ab"],
        [1, "c"],
      ],
    });
    for (let length = 0; length < whole.length; length++) {
      const [fault, path] = codecFault(() => decodePostcard(message, whole.subarray(0, length)));
      expect(fault).toBe("end_of_input");
      expect(path).toMatch(/^ids(\[[01]\])?$/);
    }
  });

  it("is refused if bytes follow it", () => {
    expect(codecFault(() => decodePostcard(message, hex("00 00")))).toEqual(["trailing_bytes", ""]);
  });

  it("cannot claim more elements than it has bytes", () => {
    expect(codecFault(() => decodePostcard(list(string), hex("ffffffff0f 00 00")))).toEqual(["end_of_input", ""]);
    expect(faultOf(list(string), "ffffffffffffffffff01")).toBe("end_of_input");
    expect(faultOf(string, "ffffffffffffffffff01")).toBe("end_of_input");
  });

  it("names the field that cannot be written", () => {
    const value = {
      ids: [
        [1, ""],
        [65536, ""],
      ],
    } as const;
    expect(() => encodePostcard(message, value)).toThrow(
      'Cannot encode field "ids[1]": 65536 is not an integer from 0 to 65535',
    );
  });

  it("may be longer than the first buffer", () => {
    const values = Array.from({ length: 10_000 }, (_each, index) => index % 256);
    expect(decodePostcard(list(u8), encodePostcard(list(u8), values))).toEqual(values);
    expect(encodePostcard(blob, new Uint8Array(100_000))).toHaveLength(100_003);
  });

  it("may stand anywhere in a larger buffer", () => {
    expect(decodePostcard(string, hex("ffff 0178 ffff").subarray(2, 4))).toBe("x");
  });
});
