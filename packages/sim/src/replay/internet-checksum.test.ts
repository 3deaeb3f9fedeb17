import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onesComplementSum, updatedChecksum } from "./internet-checksum.js";

const words = (min: number, max: number): fc.Arbitrary<Uint8Array> =>
  fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: min, maxLength: max }).map((values) => {
    const bytes = new Uint8Array(2 * values.length);
    values.forEach((value, i) => bytes.set([value >>> 8, value], 2 * i));
    return bytes;
  });

const complement = (bytes: Uint8Array): number => ~onesComplementSum(bytes) & 0xffff;

describe("onesComplementSum", () => {
  it("is that of RFC 1071's example", () => {
    expect(onesComplementSum(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7))).toBe(0xddf2);
  });

  it("takes an odd last byte for the high one", () => {
    expect(onesComplementSum(Uint8Array.of(0x12, 0x34, 0x56))).toBe(0x1234 + 0x5600);
  });

  it("carries around, however long the bytes are", () => {
    expect(onesComplementSum(new Uint8Array(300_000).fill(0xff))).toBe(0xffff);
  });
});

describe("updatedChecksum", () => {
  it("is that of RFC 1624's example", () => {
    expect(updatedChecksum(0xdd2f, Uint8Array.of(0x55, 0x55), Uint8Array.of(0x32, 0x85))).toBe(0x0000);
  });

  it("is the checksum computed anew, whatever part changes", () => {
    fc.assert(
      fc.property(words(1, 20), words(1, 8), words(0, 20), fc.integer(), (head, part, tail, seed) => {
        // What is covered is never all zeros: an address always is among it.
        const before = Uint8Array.of(1, ...head, ...part, ...tail, 0);
        const changed = part.map((byte, i) => byte ^ (seed >>> (i % 24)));
        const after = Uint8Array.of(1, ...head, ...changed, ...tail, 0);
        const at = 1 + head.length;
        const even = (bytes: Uint8Array): Uint8Array => bytes.subarray(at - 1, at + part.length + 1);
        expect(updatedChecksum(complement(before), even(before), even(after))).toBe(complement(after));
      }),
    );
  });
});
