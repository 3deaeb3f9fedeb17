import fc from "fast-check";
import { Vni } from "./index.js";
import { describe, expect, it } from "vitest";
import { forAll, textErrorKind } from "../test/expectations.js";

describe("Vni", () => {
  it("has 24 bits (good_vni, bad_vni)", () => {
    expect([0, 1, 0xffffff].map(Vni.of)).toEqual([0, 1, 0xffffff]);
    for (const bad of [-1, 0x1000000, 1.5, Number.NaN]) {
      expect(() => Vni.of(bad)).toThrow(RangeError);
      expect(Vni.is(bad)).toBe(false);
    }
    expect(Vni.is(Vni.MAX)).toBe(true);
  });

  it("is three big-endian bytes on the wire (vni_round_trip)", () => {
    expect(Vni.toBytes(Vni.of(7777))).toEqual(Uint8Array.of(0x00, 0x1e, 0x61));
    expect(() => Vni.fromBytes(new Uint8Array(4))).toThrow(RangeError);
    forAll(fc.nat(Vni.MAX), (value) => {
      expect(Vni.fromBytes(Vni.toBytes(Vni.of(value)))).toBe(value);
    });
  });

  it("is read as strict decimal", () => {
    forAll(fc.nat(Vni.MAX), (value) => {
      expect(Vni.parse(String(value))).toBe(value);
    });
  });

  it.each([
    ["16777216", "too_large"],
    ["4294967295", "too_large"],
    ["4294967296", "unparsable"],
    ["", "unparsable"],
    ["-1", "unparsable"],
    ["ff", "unparsable"],
    ["0x10", "unparsable"],
    ["007", "unparsable"],
    ["+1", "unparsable"],
  ])("refuses %j as %s", (text, kind) => {
    expect(textErrorKind(() => Vni.parse(text))).toBe(kind);
  });
});
