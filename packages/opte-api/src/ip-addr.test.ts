import { Ipv4Addr, Ipv6Addr, IpAddr, TextError } from "./index.js";
import { describe, expect, it } from "vitest";
import { compareBytes, ipAddr } from "../test/arbitraries.js";
import { expectTotalOrder, forAll, textErrorKind } from "../test/expectations.js";

describe("IpAddr", () => {
  it("finds the family of a text (test_ip_addr_from_str)", () => {
    expect(IpAddr.parse("172.30.0.5")).toEqual(Ipv4Addr.parse("172.30.0.5"));
    expect(IpAddr.parse("fd00::5")).toEqual(Ipv6Addr.parse("fd00::5"));
    expect(IpAddr.parse("::ffff:1.2.3.4").family).toBe(6);
  });

  it.each(["", "10.0.0", "10.0.0.256", "fd00:", "host", "10.0.0.1/8"])("refuses %j", (text) => {
    expect(textErrorKind(() => IpAddr.parse(text))).toBe("invalid_ip");
  });

  it("gives the family's error as the cause", () => {
    expect(() => IpAddr.parse("10.0.0.256")).toThrow(
      expect.objectContaining({
        cause: new TextError("IPv4 address", "number_too_large", "10.0.0.256", "a number is too large"),
      }),
    );
  });

  it("reads what is printed", () => {
    forAll(ipAddr, (ip) => {
      expect(IpAddr.parse(ip.toString())).toEqual(ip);
      expect(IpAddr.parse(IpAddr.toReferenceString(ip))).toEqual(ip);
    });
  });

  it("finds the family of bytes by their number", () => {
    forAll(ipAddr, (ip) => {
      expect(IpAddr.fromBytes(ip.bytes)).toEqual(ip);
    });
    expect(() => IpAddr.fromBytes(new Uint8Array(6))).toThrow(RangeError);
  });

  it("sorts IPv4 before IPv6, then as bytes", () => {
    expectTotalOrder(
      ipAddr,
      IpAddr.compare,
      IpAddr.equals,
      (a, b) => a.family - b.family || compareBytes(a.bytes, b.bytes),
    );
  });

  it("prints IPv6 as the reference does on demand", () => {
    expect(IpAddr.toReferenceString(IpAddr.parse("fd00:0:1::1"))).toBe("fd00::1:0:0:0:0:1");
    expect(IpAddr.toReferenceString(IpAddr.parse("10.0.0.1"))).toBe("10.0.0.1");
  });
});
