import fc from "fast-check";
import { parseDecimal } from "./index.js";
import { describe, expect, it } from "vitest";
import { forAll } from "../test/expectations.js";

describe("parseDecimal", () => {
  it("reads numbers up to the largest", () => {
    expect(parseDecimal("0", 255)).toBe(0);
    expect(parseDecimal("255", 255)).toBe(255);
  });

  it.each([
    ["", "empty_number"],
    ["-1", "invalid_digit"],
    ["-0", "invalid_digit"],
    ["+", "invalid_digit"],
    ["++1", "invalid_digit"],
    ["1_000", "invalid_digit"],
    ["0x10", "invalid_digit"],
    ["1e1", "invalid_digit"],
    [" 1", "invalid_digit"],
    ["1\n", "invalid_digit"],
    ["１", "invalid_digit"],
    ["256", "number_too_large"],
    ["9".repeat(400), "number_too_large"],
    ["+256", "number_too_large"],
    ["+1", "leading_plus"],
    ["007", "leading_zero"],
    ["00", "leading_zero"],
  ])("refuses %j as %s", (text, fault) => {
    expect(parseDecimal(text, 255)).toBe(fault);
  });

  it("reads what a number prints", () => {
    forAll(fc.nat(0xffffffff), (value) => {
      expect(parseDecimal(String(value), 0xffffffff)).toBe(value);
    });
  });
});
