// The yardstick of the benchmarks is the one that was handed over, to the byte.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { floorVariants } from "../bench/floor-variants.mjs";
import { floor, floorSha256 } from "../bench/floor-functions.mjs";
import { ROOT } from "./workspace-packages.ts";

const HANDED_SHA256 = "cad0e59039f2016ba222a4623c6b26d43cd099a6377b1a078aaa9e34afa2468d";

const file = readFileSync(join(ROOT, "bench/floor.mjs"));

describe("bench/floor.mjs", () => {
  it("is the handed file", () => {
    expect(createHash("sha256").update(file).digest("hex")).toBe(HANDED_SHA256);
    expect(floorSha256).toBe(HANDED_SHA256);
  });

  it("lends its own functions to the benchmarks", () => {
    const text = file.toString();
    for (const name of ["hit", "insert", "table", "hash", "adjust", "rd16", "wr16"] as const) {
      expect(text).toContain(floor[name].toString());
    }
  });
});

describe("the floors beside it", () => {
  /** Frame of a guest: IPv6 and UDP, no body. */
  const frame = (): Uint8Array => {
    const bytes = new Uint8Array(256);
    bytes.set([0x86, 0xdd, 0x60, 0, 0, 0, 0, 8, 17, 64], 130 + 12);
    bytes.set([0xfd, 1, 2, 3], 130 + 14 + 8);
    bytes.set([4, 1, 0, 80, 0, 8, 0, 0], 130 + 54);
    return bytes;
  };

  it("find a flow and tell a stranger from it", () => {
    const bytes = frame();
    const words = new Int32Array(bytes.buffer);
    const ip = (130 + 14) >> 2;
    const flows = floorVariants.table6(4);
    const record = floorVariants.insert6(flows, words, ip + 2, ip + 6, words[ip + 10] ?? 0, 17);
    expect(floorVariants.hitOut6(flows, bytes, words, 130, 62, 7)).toBe(130 - 70);
    expect([...flows.rec.subarray(record + 10, record + 12)]).toEqual([1, 7]);
    const stranger = frame();
    stranger[130 + 14 + 8] = 0xfe;
    expect(floorVariants.hitOut6(flows, stranger, new Int32Array(stranger.buffer), 130, 62, 8)).toBe(-5);
  });

  it("check the bounds of each header", () => {
    const bytes = frame();
    const flows = floorVariants.table6(1);
    const words = new Int32Array(bytes.buffer);
    expect(floorVariants.hitOut6(flows, bytes, words, 130, 53, 0)).toBe(-1);
    expect(floorVariants.hitOut6(flows, bytes, words, 130, 61, 0)).toBe(-2);
    expect(floorVariants.hitIn6(flows, bytes, words, 60, 83, 0)).toBe(-11);
  });
});
