// The argument of an ioctl in memory (spec 05 §2).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codecFault } from "../../test/codec-errors.js";
import { forAll } from "../../test/expectations.js";
import { hex, hexOf } from "../../test/hex.js";
import {
  decodeOpteCmdIoctl,
  encodeOpteCmdIoctl,
  IOCTL_OFFSETS,
  IOCTL_SZ,
  type OpteCmdIoctl,
} from "./opte-cmd-ioctl.js";

const LIST_LAYERS: OpteCmdIoctl = {
  apiVersion: 41,
  cmd: 33,
  flags: 1,
  reserved1: 0,
  reqBytes: 0xffff_fc7f_ffdf_e000n,
  reqLen: 6,
  respBytes: 0x1000n,
  respLen: 16384,
  respLenNeeded: 0x0102_0304_0506,
};

const length = fc.maxSafeNat();
const address = fc.bigInt(0n, 2n ** 64n - 1n);
const anyIoctl: fc.Arbitrary<OpteCmdIoctl> = fc.record({
  apiVersion: length,
  cmd: fc.integer(),
  flags: length,
  reserved1: length,
  reqBytes: address,
  reqLen: length,
  respBytes: address,
  respLen: length,
  respLenNeeded: length,
});

describe("OpteCmdIoctl", () => {
  it("has nine little-endian fields in 72 bytes, with padding behind the command", () => {
    expect(hexOf(encodeOpteCmdIoctl(LIST_LAYERS))).toBe(
      [
        "2900000000000000",
        "21000000 00000000",
        "0100000000000000",
        "0000000000000000",
        "00e0dfff7ffcffff",
        "0600000000000000",
        "0010000000000000",
        "0040000000000000",
        "0605040302010000",
      ]
        .join("")
        .replaceAll(" ", ""),
    );
  });

  it("is read as it was written", () => {
    forAll(anyIoctl, (ioctl) => {
      expect(decodeOpteCmdIoctl(encodeOpteCmdIoctl(ioctl))).toEqual(ioctl);
    });
  });

  it("has a signed command", () => {
    expect(decodeOpteCmdIoctl(encodeOpteCmdIoctl({ ...LIST_LAYERS, cmd: -1 })).cmd).toBe(-1);
  });

  it("is read whatever the padding holds", () => {
    const bytes = encodeOpteCmdIoctl(LIST_LAYERS);
    bytes.fill(0xff, IOCTL_OFFSETS.cmd + 4, IOCTL_OFFSETS.flags);
    expect(decodeOpteCmdIoctl(bytes)).toEqual(LIST_LAYERS);
  });

  it("is read from anywhere in a larger buffer", () => {
    const buffer = new Uint8Array(IOCTL_SZ + 9);
    buffer.set(encodeOpteCmdIoctl(LIST_LAYERS), 5);
    expect(decodeOpteCmdIoctl(buffer.subarray(5, 5 + IOCTL_SZ))).toEqual(LIST_LAYERS);
  });

  it("is refused with more or fewer than 72 bytes", () => {
    expect(codecFault(() => decodeOpteCmdIoctl(new Uint8Array(71)))).toEqual(["end_of_input", ""]);
    expect(codecFault(() => decodeOpteCmdIoctl(new Uint8Array(73)))).toEqual(["trailing_bytes", ""]);
  });

  it.each(["apiVersion", "flags", "reserved1", "reqLen", "respLen", "respLenNeeded"] as const)(
    "is refused with a %s above 2^53 - 1",
    (field) => {
      const bytes = encodeOpteCmdIoctl(LIST_LAYERS);
      bytes.set(hex("0000000000002000"), IOCTL_OFFSETS[field]);
      expect(codecFault(() => decodeOpteCmdIoctl(bytes))).toEqual(["out_of_range", field]);
    },
  );

  it.each<[string, Partial<OpteCmdIoctl>]>([
    ["cmd", { cmd: 2 ** 31 }],
    ["cmd", { cmd: 0.5 }],
    ["apiVersion", { apiVersion: -1 }],
    ["reqLen", { reqLen: 2 ** 53 }],
    ["respBytes", { respBytes: 2n ** 64n }],
    ["reqBytes", { reqBytes: -1n }],
  ])("is not written with a %s out of range", (field, change) => {
    expect(codecFault(() => encodeOpteCmdIoctl({ ...LIST_LAYERS, ...change }))).toEqual(["out_of_range", field]);
  });
});
