import fc from "fast-check";
import { Ipv6Addr, MacAddr } from "./index.js";
import { describe, expect, it } from "vitest";
import { compareBytes, ipv6Addr, ipv6Groups } from "../test/arbitraries.js";
import { expectTotalOrder, forAll, textErrorKind } from "../test/expectations.js";

describe("Ipv6Addr", () => {
  it("is made of eight groups in order (test_ipv6_from_const, from_pairs)", () => {
    const ip = Ipv6Addr.fromGroups([0xfd00, 0x99, 0, 1, 2, 3, 4, 5]);
    expect(ip.toString()).toBe("fd00:99:0:1:2:3:4:5");
    expect(ip.words).toEqual([0xfd000099, 1, 0x00020003, 0x00040005]);
    expect(ip.bytes).toEqual(Uint8Array.of(0xfd, 0, 0, 0x99, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5));
  });

  it("is the same address from bytes, words and groups", () => {
    forAll(ipv6Groups, (groups) => {
      const ip = Ipv6Addr.fromGroups(groups);
      expect(ip.groups).toEqual(groups);
      expect(Ipv6Addr.fromBytes(ip.bytes)).toEqual(ip);
      expect(Ipv6Addr.fromWords(...ip.words)).toEqual(ip);
    });
  });

  it("refuses other lengths and numbers out of range", () => {
    expect(() => Ipv6Addr.fromBytes(new Uint8Array(4))).toThrow(RangeError);
    expect(() => Ipv6Addr.fromWords(0, 0, 0, 2 ** 32)).toThrow(RangeError);
    expect(() => Ipv6Addr.fromGroups([1, 2, 3])).toThrow("An IPv6 address has 8 groups, not 3");
    expect(() => Ipv6Addr.fromGroups([0x10000, 0, 0, 0, 0, 0, 0, 0])).toThrow(RangeError);
  });

  it("refuses a text that is no address", () => {
    expect(textErrorKind(() => Ipv6Addr.parse("fe80::1%eth0"))).toBe("invalid_ipv6");
  });

  it("reads what is printed", () => {
    forAll(ipv6Addr, (ip) => {
      expect(Ipv6Addr.parse(ip.toString())).toEqual(ip);
    });
  });

  it("tells special addresses by their prefixes (test_ipv6_is_multicast, …_admin_scoped_multicast)", () => {
    const texts = [
      "::",
      "::1",
      "fe7f::1",
      "fe80::1",
      "febf::1",
      "fec0::1",
      "fe00::",
      "ff02::1:ff00:1",
      "ff04::1",
      "ff14::1",
      "ff05::1",
    ];
    const holds = (test: (ip: Ipv6Addr) => boolean): string[] => texts.filter((text) => test(Ipv6Addr.parse(text)));
    expect(holds((ip) => ip.isUnspecified)).toEqual(["::"]);
    expect(holds((ip) => ip.isLoopback)).toEqual(["::1"]);
    expect(holds((ip) => ip.isLinkLocal)).toEqual(["fe80::1", "febf::1"]);
    expect(holds((ip) => ip.isMulticast)).toEqual(["ff02::1:ff00:1", "ff04::1", "ff14::1", "ff05::1"]);
    expect(holds((ip) => ip.isSolicitedNode)).toEqual(["ff02::1:ff00:1"]);
    expect(holds((ip) => ip.isAdminScopedMulticast)).toEqual(["ff04::1"]);
  });

  it("takes the first 13 bytes for the solicited-node test", () => {
    expect(Ipv6Addr.parse("ff02::1:fe00:1").isSolicitedNode).toBe(false);
    expect(Ipv6Addr.parse("ff02::1:0:1:ff00:1").isSolicitedNode).toBe(false);
    expect(Ipv6Addr.parse("ff02:0:0:1::1:ff00:1").isSolicitedNode).toBe(false);
  });

  it("maps a group to its MAC address by the last four bytes (test_ipv6_multicast_mac)", () => {
    expect(Ipv6Addr.ALL_NODES.multicastMac().toString()).toBe("33:33:00:00:00:01");
    expect(Ipv6Addr.parse("ff02::1:ffab:cdef").multicastMac().toString()).toBe("33:33:FF:AB:CD:EF");
    expect(() => Ipv6Addr.LOCALHOST.multicastMac()).toThrow("::1 is not an IPv6 multicast address");
  });

  it("has a solicited-node group of its last three bytes (test_ipv6_solicited_node_multicast)", () => {
    expect(Ipv6Addr.parse("fe80::aa40:25ff:feff:7777").solicitedNode().toString()).toBe("ff02::1:ffff:7777");
    forAll(ipv6Addr, (ip) => {
      expect(ip.solicitedNode().isSolicitedNode).toBe(true);
    });
  });

  it("derives the link-local address of a MAC, its local bit flipped (test_ipv6_from_eui64)", () => {
    expect(Ipv6Addr.fromEui64(MacAddr.parse("a8:40:25:ff:77:77")).toString()).toBe("fe80::aa40:25ff:feff:7777");
    expect(Ipv6Addr.fromEui64(MacAddr.parse("02:00:00:00:00:01")).toString()).toBe("fe80::ff:fe00:1");
    expect(Ipv6Addr.fromEui64(MacAddr.BROADCAST).toString()).toBe("fe80::fdff:ffff:feff:ffff");
  });

  it.each([
    [0, "::"],
    [10, "fd00::"],
    [56, "fd00:1122:3344::"],
    [64, "fd00:1122:3344:55::"],
    [97, "fd00:1122:3344:55:66:77:8000:0"],
    [128, "fd00:1122:3344:55:66:77:8888:9999"],
  ])("keeps the top %i bits when masked (ipv6_mask)", (prefixLen, expected) => {
    expect(Ipv6Addr.parse("fd00:1122:3344:55:66:77:8888:9999").mask(prefixLen).toString()).toBe(expected);
  });

  it("masks as a 128-bit number does, at every length", () => {
    forAll(fc.tuple(ipv6Addr, fc.nat(128)), ([ip, prefixLen]) => {
      const hostBits = BigInt(128 - prefixLen);
      expect(numberOf(ip.mask(prefixLen))).toBe((numberOf(ip) >> hostBits) << hostBits);
      expect(numberOf(Ipv6Addr.netmask(prefixLen))).toBe(((1n << 128n) - 1n) & ~((1n << hostBits) - 1n));
    });
  });

  it("refuses a mask over 128 bits", () => {
    expect(() => Ipv6Addr.ANY.mask(129)).toThrow("IPv6 prefix length 129 is not an integer from 0 to 128");
  });

  it("sorts as its bytes", () => {
    expectTotalOrder(
      ipv6Addr,
      (a, b) => a.compare(b),
      (a, b) => a.equals(b),
      (a, b) => compareBytes(a.bytes, b.bytes),
    );
  });

  it("cannot be changed", () => {
    expect(Object.isFrozen(Ipv6Addr.ANY)).toBe(true);
    expect(Object.isFrozen(Ipv6Addr.ANY.words)).toBe(true);
  });

  it("shows its RFC 5952 text in JSON", () => {
    expect(JSON.stringify([Ipv6Addr.parse("FD00:0::0:1")])).toBe('["fd00::1"]');
  });
});

function numberOf(ip: Ipv6Addr): bigint {
  return ip.groups.reduce((number, group) => (number << 16n) | BigInt(group), 0n);
}
