import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onesSum } from "../../test/frames.js";
import { finishSum, foldSum, sumBytes, sumWord, updateChecksum, writeIpv4Checksum } from "./checksum.js";

const words = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: 2 * length, maxLength: 2 * length });

describe("sumBytes", () => {
  it("sums the example of RFC 1071 §3 to ddf2", () => {
    const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    expect(foldSum(sumBytes(bytes, 0, 8, 0))).toBe(0xddf2);
  });

  it("counts an odd last byte as the high byte of a word", () => {
    expect(sumBytes(Uint8Array.of(0x12, 0x34, 0x56), 0, 3, 0)).toBe(0x1234 + 0x5600);
  });

  it("takes the range it is given and starts from the sum it is given", () => {
    expect(sumBytes(Uint8Array.of(9, 9, 0, 1, 0, 2, 9, 9), 2, 6, 100)).toBe(103);
  });

  it("agrees with a plain sum over any bytes, those of the largest packet included", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(foldSum(sumBytes(bytes, 0, bytes.length, 0))).toBe(onesSum(bytes));
      }),
    );
    const largest = new Uint8Array(65_535).fill(0xff);
    expect(foldSum(sumBytes(largest, 0, largest.length, 0x20000))).toBe(onesSum(largest, Uint8Array.of(0, 2)));
  });

  it("may be taken over words in the other byte order, the sum being in that order too (RFC 1071 §2 B)", () => {
    const bytes = Uint8Array.of(0x12, 0x34, 0x9a, 0xbc);
    const word = new DataView(bytes.buffer).getInt32(0, true);
    const swapped = foldSum(sumWord(word));
    expect(((swapped & 0xff) << 8) | (swapped >>> 8)).toBe(onesSum(bytes));
  });
});

describe("finishSum", () => {
  it("gives the checksum that makes the whole sum to ffff", () => {
    fc.assert(
      fc.property(words(8), (bytes) => {
        const checksum = finishSum(sumBytes(bytes, 0, bytes.length, 0));
        expect(foldSum(sumBytes(bytes, 0, bytes.length, checksum))).toBe(0xffff);
      }),
    );
  });
});

describe("updateChecksum", () => {
  it("gives what a sum from scratch gives after any change of words (RFC 1624)", () => {
    fc.assert(
      fc.property(words(6), words(6), words(6), (before, after, rest) => {
        // A word that is never zero, as the protocol of a pseudo-header.
        const fixed = Uint8Array.of(0, 6);
        const old = 0xffff - onesSum(before, rest, fixed);
        const delta = sumBytes(after, 0, after.length, finishSum(sumBytes(before, 0, before.length, 0)));
        expect(updateChecksum(old, delta)).toBe(0xffff - onesSum(after, rest, fixed));
      }),
    );
  });

  it("leaves a wrong checksum wrong by the same amount", () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff), fc.nat(0x1ffff), (right, error, delta) => {
        const amount = (wrong: number, good: number): number => (wrong - good + 2 * 0xffff) % 0xffff;
        const wrong = (right + error) % 0xffff;
        expect(amount(updateChecksum(wrong, delta), updateChecksum(right, delta))).toBe(amount(wrong, right));
      }),
    );
  });

  it("never gives ffff", () => {
    expect(updateChecksum(0xffff, 0)).toBe(0);
    expect(updateChecksum(0x0000, 0xffff)).toBe(0);
    expect(updateChecksum(0x1234, 0x1234)).toBe(0);
  });
});

describe("writeIpv4Checksum", () => {
  it("computes the checksum over all header bytes, options included, whatever it was", () => {
    const header = Uint8Array.from({ length: 24 }, (_, i) => i + 1);
    writeIpv4Checksum(header, 0, 24);
    expect(onesSum(header)).toBe(0xffff);
  });
});

describe("the checksum of an ICMP message", () => {
  it("gives the sum of its body back, once the header is taken off (icmp4_body_csum_equals_body)", () => {
    const message = Uint8Array.of(
      8,
      0,
      0,
      0,
      0x12,
      0x34,
      0,
      1,
      ...Array.from("reunion", (letter) => letter.charCodeAt(0)),
    );
    const checksum = finishSum(sumBytes(message, 0, message.length, 0));
    const header = sumBytes(message, 0, 8, 0);
    const body = foldSum((~checksum & 0xffff) + finishSum(header));
    expect(body).toBe(foldSum(sumBytes(message, 8, message.length, 0)));
  });
});
