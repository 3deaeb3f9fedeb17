import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DHCP4_HEADER_LEN, dhcp4MessageType } from "./dhcp4-message.js";

const COOKIE = [0x63, 0x82, 0x53, 0x63];

/** A message with the given operation and options, between bytes that do not belong to it. */
function typeOf(
  options: readonly number[],
  { operation = 1, hardware = 1, hardwareLen = 6, cookie = COOKIE } = {},
): number {
  const bytes = new Uint8Array(DHCP4_HEADER_LEN + options.length + 8).fill(0xee);
  bytes.fill(0, 4, 4 + DHCP4_HEADER_LEN);
  bytes.set([operation, hardware, hardwareLen], 4);
  bytes.set(cookie, 4 + 236);
  bytes.set(options, 4 + DHCP4_HEADER_LEN);
  return dhcp4MessageType(bytes, 4, bytes.length - 4);
}

describe("the type of a DHCPv4 message", () => {
  it.each([1, 3, 4, 7, 8])("is that of option 53 in a request: %i", (type) => {
    expect(typeOf([53, 1, type, 255])).toBe(type);
    expect(typeOf([53, 1, type, 255], { operation: 2 })).toBe(-1);
  });

  it.each([2, 5, 6])("is that of option 53 in a reply: %i", (type) => {
    expect(typeOf([53, 1, type, 255], { operation: 2 })).toBe(type);
    expect(typeOf([53, 1, type, 255])).toBe(-1);
  });

  it("is none for an unknown number", () => {
    expect(typeOf([53, 1, 9, 255])).toBe(-1);
    expect(typeOf([53, 1, 0, 255])).toBe(-1);
  });

  it("is found behind padding and other options", () => {
    expect(typeOf([0, 0, 12, 2, 53, 1, 53, 1, 1, 255])).toBe(1);
  });

  it("is that of the last sound option 53", () => {
    expect(typeOf([53, 1, 1, 53, 1, 3, 255])).toBe(3);
    expect(typeOf([53, 1, 1, 53, 1, 5, 255])).toBe(1);
    expect(typeOf([53, 1, 1, 53, 2, 3, 3, 255])).toBe(1);
  });

  it("is found before a truncated option and without an end", () => {
    expect(typeOf([53, 1, 1, 12, 9, 1])).toBe(1);
    expect(typeOf([53, 1, 1, 12])).toBe(1);
    expect(typeOf([53, 1, 1])).toBe(1);
  });

  it("is not found behind the end or in a truncated option", () => {
    expect(typeOf([255, 53, 1, 1])).toBe(-1);
    expect(typeOf([53, 1])).toBe(-1);
    expect(typeOf([53])).toBe(-1);
    expect(typeOf([])).toBe(-1);
  });

  it("is none in a message of other hardware or without the cookie", () => {
    expect(typeOf([53, 1, 1, 255], { hardware: 6 })).toBe(-1);
    expect(typeOf([53, 1, 1, 255], { hardwareLen: 8 })).toBe(-1);
    expect(typeOf([53, 1, 1, 255], { cookie: [0x63, 0x82, 0x53, 0x64] })).toBe(-1);
  });

  it("is none where a client identifier of seven bytes names other hardware", () => {
    expect(typeOf([53, 1, 1, 61, 7, 1, 1, 2, 3, 4, 5, 6, 255])).toBe(1);
    expect(typeOf([53, 1, 1, 61, 7, 6, 1, 2, 3, 4, 5, 6, 255])).toBe(-1);
    expect(typeOf([53, 1, 1, 61, 3, 6, 1, 2, 255])).toBe(1);
  });

  it("is none in a message shorter than its fixed part", () => {
    const bytes = new Uint8Array(DHCP4_HEADER_LEN - 1);
    bytes.set([1, 1, 6]);
    expect(dhcp4MessageType(bytes, 0, bytes.length)).toBe(-1);
  });

  it("is a known type or none, whatever the options", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(0, 1, 53, 61, 255), fc.nat(255)), { maxLength: 40 }), (options) => {
        expect([-1, 1, 3, 4, 7, 8]).toContain(typeOf(options));
      }),
    );
  });
});
