import { MacAddr, TextError } from "./index.js";
import { describe, expect, it } from "vitest";

describe("TextError", () => {
  it("tells what was expected, which fault, and the input", () => {
    const error = new TextError("MAC address", "bad_octet", "x", "octet is bad");
    expect(error).toMatchObject({ name: "TextError", type: "MAC address", kind: "bad_octet", input: "x" });
    expect(String(error)).toBe('TextError: Cannot parse "x" as MAC address: octet is bad');
    expect("cause" in error).toBe(false);
  });

  it("shows control characters escaped and long inputs cut short, but keeps them whole", () => {
    const input = `\n${"f".repeat(10_000)}`;
    const error = new TextError("MAC address", "bad_octet", input, "octet is bad");
    expect(error.message).toBe(`Cannot parse "\\n${"f".repeat(63)}"… as MAC address: octet is bad`);
    expect(error.input).toBe(input);
  });

  it("keeps messages short whatever is parsed", () => {
    expect(() => MacAddr.parse("f".repeat(10_000))).toThrow(/^.{0,250}$/);
  });
});
