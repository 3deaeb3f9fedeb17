import fc from "fast-check";
import { PortNumber, PortRange } from "./index.js";
import { describe, expect, it } from "vitest";
import { expectTotalOrder, forAll, textErrorKind } from "../test/expectations.js";

const port = fc.nat(PortNumber.MAX);
const portRange = fc.tuple(port, port).map(([first, last]) => new PortRange(first, last));

describe("PortNumber.parse", () => {
  it("reads a strict decimal number up to 65535", () => {
    forAll(port, (value) => {
      expect(PortNumber.parse(String(value))).toBe(value);
    });
    expect(PortNumber.parse("0")).toBe(PortNumber.DYNAMIC);
  });

  it.each([
    ["", "empty_number"],
    ["any", "invalid_digit"],
    ["65536", "number_too_large"],
    ["080", "leading_zero"],
    ["+80", "leading_plus"],
  ])("refuses %j as %s", (text, kind) => {
    expect(textErrorKind(() => PortNumber.parse(text))).toBe(kind);
  });
});

describe("PortRange", () => {
  it("includes both ends", () => {
    const range = new PortRange(1000, 2000);
    expect(range.size).toBe(1001);
    expect([999, 1000, 2000, 2001].map((value) => range.isMember(value))).toEqual([false, true, true, false]);
  });

  it("may be empty, when its first port is above its last", () => {
    const range = new PortRange(2000, 1000);
    expect(range.size).toBe(0);
    expect(range.isMember(1500)).toBe(false);
  });

  it("refuses what is no port", () => {
    expect(() => new PortRange(0, 65536)).toThrow("Last port 65536 is not an integer from 0 to 65535");
    expect(() => new PortRange(-1, 1)).toThrow(RangeError);
  });

  it("prints and reads first-last, and a single port alone", () => {
    expect(String(new PortRange(1000, 2000))).toBe("1000-2000");
    expect(String(new PortRange(80, 80))).toBe("80");
    expect(JSON.stringify([new PortRange(1, 2)])).toBe('["1-2"]');
    forAll(portRange, (range) => {
      expect(PortRange.parse(range.toString())).toEqual(range);
    });
  });

  it.each(["", "-", "1-", "-1", "1-2-3", "1000 - 2000", "0-65536"])("refuses %j", (text) => {
    expect(textErrorKind(() => PortRange.parse(text))).toBe("bad_port");
  });

  it("sorts by first port, then by last", () => {
    expectTotalOrder(
      portRange,
      (a, b) => a.compare(b),
      (a, b) => a.equals(b),
      (a, b) => a.first - b.first || a.last - b.last,
    );
  });
});
