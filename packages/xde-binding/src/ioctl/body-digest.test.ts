import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyDigest } from "./body-digest.js";

describe("the digest of a body", () => {
  it("is that of its bytes alone", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(40), (bytes, offset) => {
        const elsewhere = new Uint8Array(offset + bytes.length);
        elsewhere.set(bytes, offset);
        expect(bodyDigest(elsewhere.subarray(offset))).toBe(bodyDigest(bytes));
      }),
    );
  });

  it("differs for bodies that differ in a byte, in length or in order", () => {
    const bodies = [[], [0], [0, 0], [1, 2, 3], [3, 2, 1], [1, 3, 2]].map((bytes) => Uint8Array.from(bytes));
    for (let at = 0; at < 300; at++) {
      for (const byte of [1, 0x80, 0xff]) {
        const body = new Uint8Array(300);
        body[at] = byte;
        bodies.push(body);
      }
    }
    expect(new Set(bodies.map(bodyDigest)).size).toBe(bodies.length);
  });
});
