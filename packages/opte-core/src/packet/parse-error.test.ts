import { describe, expect, it } from "vitest";
import { ParseError } from "./parse-error.js";

describe("ParseError", () => {
  it("has the form of the vectors for each kind", () => {
    const error = new ParseError();
    error.atHeader("inner_l3", "Unwanted");
    expect(error.toValue()).toEqual({ kind: "header", header: "inner_l3", error: "Unwanted" });
    error.atField("bad_length", "Udp.length", 66, 900);
    expect(error.toValue()).toEqual({ kind: "bad_length", field: "Udp.length", expected: 66, actual: 900 });
    error.atField("illegal_value", "Ipv4.ihl", 5, 3);
    expect(error.toValue()).toEqual({ kind: "illegal_value", field: "Ipv4.ihl", expected: 5, actual: 3 });
    error.atOption(0x0102, 0x83);
    expect(error.toValue()).toEqual({ kind: "unrecognised_tunnel_opt", class: 0x0102, type: 0x83 });
  });

  it("prints each kind in one line", () => {
    const error = new ParseError();
    error.atHeader("outer_udp", "Reject");
    expect(error.toString()).toBe("outer_udp: Reject");
    error.atField("illegal_value", "Ipv6.version", 6, 0);
    expect(error.toString()).toBe("Ipv6.version: illegal_value, expected 6, got 0");
    error.atOption(0x0102, 0x83);
    expect(error.toString()).toBe("unrecognised_tunnel_opt: class 0x0102, type 0x83");
  });

  it("gives values that a later frame does not change (to_owned)", () => {
    const error = new ParseError();
    error.atHeader("inner_eth", "TooSmall");
    const value = error.toValue();
    error.atOption(1, 2);
    expect(value).toEqual({ kind: "header", header: "inner_eth", error: "TooSmall" });
  });
});
