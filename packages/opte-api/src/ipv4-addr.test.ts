import { isIPv4 } from "node:net";
import fc from "fast-check";
import { Ipv4Addr } from "./index.js";
import { describe, expect, it } from "vitest";
import { compareBytes, ipv4Addr } from "../test/arbitraries.js";
import { expectTotalOrder, forAll, textErrorKind } from "../test/expectations.js";

describe("Ipv4Addr.parse", () => {
  it("reads four decimal numbers (ipv4_addr_good)", () => {
    expect(Ipv4Addr.parse("10.0.0.1").value).toBe(0x0a000001);
    expect(Ipv4Addr.parse("255.255.255.255").equals(Ipv4Addr.BROADCAST)).toBe(true);
  });

  it.each([
    ["1.2.3.x", "invalid_digit"],
    ["1.2.3.4 ", "invalid_digit"],
    ["-1.2.3.4", "invalid_digit"],
    ["0x1.2.3.4", "invalid_digit"],
    ["1.2.3.４", "invalid_digit"],
    ["1.2.3.256", "number_too_large"],
    ["1..3.4", "empty_number"],
    ["", "empty_number"],
    ["1.2.3", "octet_count"],
    ["1.2.3.4.5", "octet_count"],
  ])("refuses %j as %s (ipv4_addr_bad)", (text, kind) => {
    expect(textErrorKind(() => Ipv4Addr.parse(text))).toBe(kind);
  });

  it.each([
    ["010.0.0.1", "leading_zero"],
    ["1.2.3.00", "leading_zero"],
    ["+1.2.3.4", "leading_plus"],
  ])("refuses %j, which programs read differently, as %s", (text, kind) => {
    expect(textErrorKind(() => Ipv4Addr.parse(text))).toBe(kind);
  });

  it("reads what is printed", () => {
    forAll(ipv4Addr, (ip) => {
      expect(Ipv4Addr.parse(ip.toString())).toEqual(ip);
    });
  });

  it("accepts exactly what Node takes for an IPv4 address", () => {
    const number = fc.oneof(fc.nat(300).map(String), fc.constantFrom("", "00", "01", "+1", " 1", "1e1", "0x1"));
    const text = fc.array(number, { minLength: 3, maxLength: 5 }).map((numbers) => numbers.join("."));
    forAll(
      text,
      (input) => {
        expect(accepts(input)).toBe(isIPv4(input));
      },
      1000,
    );
  });
});

describe("Ipv4Addr", () => {
  it("has its bytes in network order", () => {
    expect(Ipv4Addr.parse("1.2.3.4").bytes).toEqual(Uint8Array.of(1, 2, 3, 4));
    forAll(ipv4Addr, (ip) => {
      expect(Ipv4Addr.fromBytes(ip.bytes)).toEqual(ip);
    });
  });

  it("refuses other lengths and numbers out of range", () => {
    expect(() => Ipv4Addr.fromBytes(new Uint8Array(16))).toThrow(
      "Cannot read IPv4 address from 16 bytes: exactly 4 are needed",
    );
    expect(() => Ipv4Addr.fromNumber(-1)).toThrow(RangeError);
    expect(() => Ipv4Addr.fromNumber(2 ** 32)).toThrow(RangeError);
    expect(() => Ipv4Addr.fromNumber(1.5)).toThrow(RangeError);
  });

  it("tells special addresses by their prefixes", () => {
    const holds = (test: (ip: Ipv4Addr) => boolean): string[] =>
      [
        "0.0.0.0",
        "127.255.0.1",
        "169.254.1.1",
        "223.255.255.255",
        "224.0.0.0",
        "239.1.2.3",
        "240.0.0.0",
        "255.255.255.255",
      ].filter((text) => test(Ipv4Addr.parse(text)));
    expect(holds((ip) => ip.isUnspecified)).toEqual(["0.0.0.0"]);
    expect(holds((ip) => ip.isLoopback)).toEqual(["127.255.0.1"]);
    expect(holds((ip) => ip.isLinkLocal)).toEqual(["169.254.1.1"]);
    expect(holds((ip) => ip.isMulticast)).toEqual(["224.0.0.0", "239.1.2.3"]);
    expect(holds((ip) => ip.isBroadcast)).toEqual(["255.255.255.255"]);
  });

  it("maps a group to its MAC address by the low 23 bits (test_ipv4_multicast_mac)", () => {
    expect(Ipv4Addr.parse("224.0.0.1").multicastMac().toString()).toBe("01:00:5E:00:00:01");
    expect(Ipv4Addr.parse("239.255.255.250").multicastMac().toString()).toBe("01:00:5E:7F:FF:FA");
    expect(Ipv4Addr.parse("224.129.2.3").multicastMac().toString()).toBe("01:00:5E:01:02:03");
    expect(() => Ipv4Addr.parse("10.0.0.1").multicastMac()).toThrow("10.0.0.1 is not an IPv4 multicast address");
  });

  it.each([
    [0, "0.0.0.0"],
    [1, "128.0.0.0"],
    [10, "192.128.0.0"],
    [24, "192.168.2.0"],
    [32, "192.168.2.9"],
  ])("keeps the top %i bits when masked (ipv4_mask)", (prefixLen, expected) => {
    const ip = Ipv4Addr.parse("192.168.2.9");
    expect(ip.mask(prefixLen).toString()).toBe(expected);
  });

  it("has the netmask of every length, /0 included (W2)", () => {
    expect([0, 1, 24, 32].map((n) => Ipv4Addr.netmask(n).toString())).toEqual([
      "0.0.0.0",
      "128.0.0.0",
      "255.255.255.0",
      "255.255.255.255",
    ]);
  });

  it("refuses a mask over 32 bits (ipv4_mask)", () => {
    expect(() => Ipv4Addr.ANY.mask(33)).toThrow("IPv4 prefix length 33 is not an integer from 0 to 32");
    expect(() => Ipv4Addr.ANY.mask(-1)).toThrow(RangeError);
  });

  it("sorts as its bytes", () => {
    expectTotalOrder(
      ipv4Addr,
      (a, b) => a.compare(b),
      (a, b) => a.equals(b),
      (a, b) => compareBytes(a.bytes, b.bytes),
    );
  });

  it("shows its text in JSON", () => {
    expect(JSON.stringify([Ipv4Addr.LOCALHOST])).toBe('["127.0.0.1"]');
  });
});

function accepts(text: string): boolean {
  try {
    return Ipv4Addr.parse(text).toString() === text;
  } catch {
    return false;
  }
}
