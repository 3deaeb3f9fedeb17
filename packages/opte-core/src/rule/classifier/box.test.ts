import { describe, expect, it } from "vitest";
import {
  boundsOf,
  boxKey,
  EVERYTHING,
  hull,
  intersection,
  lastByteMask,
  makePrefix,
  shapeKey,
  type Box,
} from "./box.js";

const net10: Box = new Map([["ipv4Dst", makePrefix(Uint8Array.of(10, 0, 0, 0), 8)]]);
const net10_1: Box = new Map([["ipv4Dst", makePrefix(Uint8Array.of(10, 1, 0, 0), 16)]]);
const net10_2: Box = new Map([["ipv4Dst", makePrefix(Uint8Array.of(10, 2, 0, 0), 16)]]);
const port80: Box = new Map([["dstPort", makePrefix(Uint8Array.of(0, 80), 16)]]);

describe("a prefix", () => {
  it("keeps the bytes that it needs, and clears the bits behind it", () => {
    expect(makePrefix(Uint8Array.of(0xff, 0xff, 0xff, 0xff), 12)).toEqual({
      bytes: Uint8Array.of(0xff, 0xf0),
      bits: 12,
    });
    expect(makePrefix(Uint8Array.of(0xff, 0xff), 16)).toEqual({ bytes: Uint8Array.of(0xff, 0xff), bits: 16 });
    expect(makePrefix(Uint8Array.of(0xff), 0)).toEqual({ bytes: Uint8Array.of(), bits: 0 });
  });

  it.each([
    [1, 0x80],
    [4, 0xf0],
    [8, 0xff],
    [9, 0x80],
    [31, 0xfe],
    [128, 0xff],
  ])("of %i bits masks its last byte with %i", (bits, mask) => {
    expect(lastByteMask(bits)).toBe(mask);
  });
});

describe("the intersection of two boxes", () => {
  it("has the bounds of both", () => {
    expect(intersection(net10, port80)).toEqual(new Map([...net10, ...port80]));
    expect(intersection(EVERYTHING, port80)).toEqual(port80);
  });

  it("has the narrower of two bounds of one dimension, in either order", () => {
    expect(intersection(net10, net10_1)).toEqual(net10_1);
    expect(intersection(net10_1, net10)).toEqual(net10_1);
    expect(intersection(net10_1, net10_1)).toEqual(net10_1);
  });

  it("is none where bounds exclude each other", () => {
    expect(intersection(net10_1, net10_2)).toBeUndefined();
  });
});

describe("the hull of boxes", () => {
  it("is bounded by what their bounds have in common", () => {
    expect(hull([net10_1, net10_2])).toEqual(new Map([["ipv4Dst", makePrefix(Uint8Array.of(10, 0), 14)]]));
    expect(hull([net10_1])).toEqual(net10_1);
  });

  it("is unbounded in a dimension where one of them is", () => {
    expect(hull([net10_1, port80])).toEqual(EVERYTHING);
    expect(hull([port80, net10_1])).toEqual(EVERYTHING);
  });
});

describe("the keys of boxes", () => {
  it("are alike for equal boxes, whatever the order of their bounds", () => {
    expect(boxKey(new Map([...net10, ...port80]))).toBe(boxKey(new Map([...port80, ...net10])));
    expect(boxKey(net10_1)).not.toBe(boxKey(net10_2));
  });

  it("are alike for shapes of the same lengths in the same dimensions", () => {
    expect(shapeKey(boundsOf(net10_1))).toBe(shapeKey(boundsOf(net10_2)));
    expect(shapeKey(boundsOf(net10))).not.toBe(shapeKey(boundsOf(net10_1)));
  });

  it("tell metadata keys apart that look like two", () => {
    const prefix = makePrefix(Uint8Array.of(1, 2, 3, 4), 32);
    const one: Box = new Map([["meta:a 32 6 meta:b", prefix]]);
    const two: Box = new Map([
      ["meta:a", prefix],
      ["meta:b", prefix],
    ]);
    expect(shapeKey(boundsOf(one))).not.toBe(shapeKey(boundsOf(two)));
  });
});
