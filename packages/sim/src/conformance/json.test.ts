import { describe, expect, it } from "vitest";
import { FieldError, jsonText, parseJson } from "./json.js";

describe("parseJson", () => {
  it("reads an integer that a number cannot hold as a bigint, and every other number as a number", () => {
    const text =
      '{"a":18446744073709551613,"b":[9007199254740991, -9223372036854775808],"c":1e300,"d":0.5,"e":"12345678901234567890"}';
    expect(parseJson(text)).toEqual({
      a: 18446744073709551613n,
      b: [9007199254740991, -9223372036854775808n],
      c: 1e300,
      d: 0.5,
      e: "12345678901234567890",
    });
    expect(parseJson("9007199254740993")).toBe(9007199254740993n);
  });

  it("says that a text is not JSON", () => {
    expect(() => parseJson("{")).toThrow(FieldError);
  });
});

describe("jsonText", () => {
  it("writes large integers as text", () => {
    expect(jsonText({ a: 18446744073709551613n, b: 1 })).toBe('{"a":"18446744073709551613","b":1}');
  });
});
