import fc from "fast-check";
import { decodeUtf8, encodeUtf8, isUtf8 } from "./index.js";
import { describe, expect, it } from "vitest";
import { forAll, textErrorKind } from "../test/expectations.js";

const text = fc.string({ unit: "binary" });

/** Bytes that are nearly UTF-8: random ones, and an encoded text with one byte changed. */
const nearlyUtf8 = fc.oneof(
  fc.uint8Array({ maxLength: 8 }),
  fc.tuple(text, fc.nat(), fc.nat(0xff)).map(([whole, at, byte]) => {
    const bytes = Buffer.from(whole, "utf8");
    if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return Uint8Array.from(bytes);
  }),
);

describe("encodeUtf8", () => {
  it("encodes as TextEncoder does", () => {
    forAll(text, (value) => {
      expect(encodeUtf8(value)).toEqual(new TextEncoder().encode(value));
    });
  });

  it.each(["\u{d800}", "a\u{dfff}b", "\u{dc00}\u{d800}"])("refuses half a surrogate pair in %j", (value) => {
    expect(textErrorKind(() => encodeUtf8(value))).toBe("lone_surrogate");
  });
});

describe("decodeUtf8 and isUtf8", () => {
  it.each([4095, 4096, 4097, 12_345])(
    "take texts of %d characters, longer than what is put together at once",
    (length) => {
      const long = "aé€😀"
        .repeat(length)
        .slice(0, 2 * length)
        .replace(/[\ud800-\udbff]$/, "");
      const bytes = new TextEncoder().encode(long);
      expect(encodeUtf8(long)).toEqual(bytes);
      expect(decodeUtf8(bytes)).toBe(long);
    },
  );

  it("decode what was encoded", () => {
    forAll(text, (value) => {
      expect(decodeUtf8(encodeUtf8(value))).toBe(value);
    });
  });

  it("judge and decode as a strict TextDecoder does", () => {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const check = (bytes: Uint8Array): void => {
      let expected: string | undefined;
      try {
        expected = strict.decode(bytes);
      } catch {
        expected = undefined;
      }
      expect(isUtf8(bytes)).toBe(expected !== undefined);
      if (expected === undefined) expect(textErrorKind(() => decodeUtf8(bytes))).toBe("not_utf8");
      else expect(decodeUtf8(bytes)).toBe(expected);
    };
    forAll(nearlyUtf8, check, 3000);
  });

  it.each([
    ["an overlong form of two bytes", [0xc0, 0xaf]],
    ["an overlong form of three bytes", [0xe0, 0x80, 0xaf]],
    ["an overlong form of four bytes", [0xf0, 0x80, 0x80, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a code point above U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
    ["a lone trailing byte", [0x80]],
    ["a sequence that is cut short", [0xe2, 0x82]],
  ])("refuse %s", (_, bytes) => {
    expect(isUtf8(Uint8Array.from(bytes))).toBe(false);
  });

  it("look only at the part asked for, and let no sequence run past its end", () => {
    const bytes = Uint8Array.of(0xff, ...encodeUtf8("aé"), 0xff);
    expect(isUtf8(bytes, 1, 4)).toBe(true);
    expect(decodeUtf8(bytes, 1, 4)).toBe("aé");
    expect(isUtf8(bytes, 1, 3)).toBe(false);
    expect(() => decodeUtf8(bytes, 1, 3)).toThrow('Cannot parse "61c3" as UTF-8 text: byte 1 is invalid');
  });
});
