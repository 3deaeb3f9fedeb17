import { MacAddr } from "./index.js";
import { describe, expect, it } from "vitest";
import { compareBytes, macAddr } from "../test/arbitraries.js";
import { expectTotalOrder, forAll, textErrorKind } from "../test/expectations.js";

describe("MacAddr.parse", () => {
  it("reads six octets of one or two hex digits in either case", () => {
    expect(MacAddr.parse("a8:40:25:FF:77:77").bytes).toEqual(Uint8Array.of(0xa8, 0x40, 0x25, 0xff, 0x77, 0x77));
    expect(MacAddr.parse("1:2:3:4:5:f").toString()).toBe("01:02:03:04:05:0F");
  });

  it.each([
    "a8-40-25-ff-77-77",
    "a8:40:25:ff:77:",
    "",
    "0x1:2:3:4:5:6",
    "100:0:0:0:0:0",
    " a8:40:25:ff:77:77",
    "1:2:3:4:5:é",
  ])("refuses %j for a bad octet", (text) => {
    expect(textErrorKind(() => MacAddr.parse(text))).toBe("bad_octet");
  });

  it.each(["001:2:3:4:5:6", "+1:2:3:4:5:6"])("refuses %j, which the reference accepts", (text) => {
    expect(textErrorKind(() => MacAddr.parse(text))).toBe("bad_octet");
  });

  it("names a bad octet before it counts the octets", () => {
    expect(textErrorKind(() => MacAddr.parse("1:2:3:4:5"))).toBe("octet_count");
    expect(textErrorKind(() => MacAddr.parse("1:2:3:4:5:6:7"))).toBe("octet_count");
    expect(() => MacAddr.parse("1:zz:3")).toThrow(
      'Cannot parse "1:zz:3" as MAC address: octet "zz" is not one or two hex digits',
    );
  });

  it("reads what is printed", () => {
    forAll(macAddr, (mac) => {
      expect(MacAddr.parse(mac.toString()).equals(mac)).toBe(true);
    });
  });
});

describe("MacAddr", () => {
  it("prints upper-case two-digit octets, also into JSON", () => {
    const mac = MacAddr.fromBytes(Uint8Array.of(0xa8, 0x40, 0x25, 0xff, 0x07, 0x77));
    expect(String(mac)).toBe("A8:40:25:FF:07:77");
    expect(JSON.stringify({ mac })).toBe('{"mac":"A8:40:25:FF:07:77"}');
  });

  it("is the same address from bytes and from words", () => {
    forAll(macAddr, (mac) => {
      expect(MacAddr.fromBytes(mac.bytes)).toEqual(mac);
      expect(MacAddr.fromWords(mac.hi, mac.lo)).toEqual(mac);
    });
  });

  it("refuses other lengths and words out of range", () => {
    expect(() => MacAddr.fromBytes(new Uint8Array(5))).toThrow(RangeError);
    expect(() => MacAddr.fromWords(0x10000, 0)).toThrow(RangeError);
    expect(() => MacAddr.fromWords(0, -1)).toThrow(RangeError);
  });

  it("takes the lowest bit of the first byte for multicast, broadcast included", () => {
    expect(MacAddr.parse("01:00:5e:00:00:01").isMulticast).toBe(true);
    expect(MacAddr.BROADCAST.isMulticast).toBe(true);
    expect(MacAddr.BROADCAST.isBroadcast).toBe(true);
    expect(MacAddr.parse("fe:ff:ff:ff:ff:ff").isMulticast).toBe(false);
    expect(MacAddr.ZERO.isMulticast).toBe(false);
    expect(MacAddr.ZERO.isBroadcast).toBe(false);
  });

  it("sorts as its bytes", () => {
    expectTotalOrder(
      macAddr,
      (a, b) => a.compare(b),
      (a, b) => a.equals(b),
      (a, b) => compareBytes(a.bytes, b.bytes),
    );
  });

  it("cannot be changed, nor through its bytes", () => {
    const mac = MacAddr.parse("1:2:3:4:5:6");
    mac.bytes.fill(0);
    expect(mac.toString()).toBe("01:02:03:04:05:06");
    expect(Object.isFrozen(mac)).toBe(true);
  });
});
