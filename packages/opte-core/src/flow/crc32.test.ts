import fc from "fast-check";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crcBytes } from "./crc32.js";

describe("CRC-32 of bytes", () => {
  it("is that of zlib, from and to whatever byte", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(20), fc.nat(20), (bytes, skip, cut) => {
        const from = Math.min(skip, bytes.length);
        const end = Math.max(from, bytes.length - cut);
        expect(~crcBytes(-1, bytes, from, end) >>> 0).toBe(crc32(bytes.subarray(from, end)));
      }),
    );
  });
});
