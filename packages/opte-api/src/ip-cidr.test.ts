import fc from "fast-check";
import { IpAddr, IpCidr, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr } from "./index.js";
import { describe, expect, it } from "vitest";
import { ipAddr } from "../test/arbitraries.js";
import { expectTotalOrder, forAll, textErrorKind } from "../test/expectations.js";

/** Prefixes of either family, with their full range of lengths. */
const ipCidr: fc.Arbitrary<IpCidr> = ipAddr.chain((address) =>
  fc.nat(address.family === 4 ? 32 : 128).map((prefixLen) => IpCidr.of(address, prefixLen)),
);

describe("parsing a CIDR", () => {
  it("clears host bits (good_cidr)", () => {
    expect(Ipv4Cidr.parse("192.168.2.9/24").toString()).toBe("192.168.2.0/24");
    expect(Ipv4Cidr.parse("10.255.0.1/10").toString()).toBe("10.192.0.0/10");
    expect(Ipv6Cidr.parse("fd00:1:2:3:4:5:6:7/64").toString()).toBe("fd00:1:2:3::/64");
    expect(Ipv6Cidr.parse("fd00:1122:3344:5566::1/56").toString()).toBe("fd00:1122:3344:5500::/56");
    expect(Ipv6Cidr.parse("::1/128").toString()).toBe("::1/128");
  });

  it.each([
    ["10.0.0.0", "no_slash"],
    ["10.0.0/8", "bad_ip"],
    ["/8", "bad_ip"],
    ["10.0.0.0/", "bad_prefix:empty_number"],
    ["10.0.0.0/-1", "bad_prefix:invalid_digit"],
    ["10.0.0.0/8/8", "bad_prefix:invalid_digit"],
    ["10.0.0.0/256", "bad_prefix:number_too_large"],
    ["10.0.0.0/+8", "bad_prefix:leading_plus"],
    ["10.0.0.0/08", "bad_prefix:leading_zero"],
    ["10.0.0.0/33", "prefix_range"],
  ])("refuses %j as %s (bad_prefix_len, bad_cidr)", (text, kind) => {
    expect(textErrorKind(() => Ipv4Cidr.parse(text))).toBe(kind);
    expect(textErrorKind(() => IpCidr.parse(text))).toBe("invalid_cidr");
  });

  it("refuses IPv6 lengths over 128 (bad_prefix_len)", () => {
    expect(textErrorKind(() => Ipv6Cidr.parse("fd00::/129"))).toBe("prefix_range");
    expect(() => Ipv6Cidr.parse("fd00::/129")).toThrow(
      'Cannot parse "fd00::/129" as IPv6 CIDR: its prefix length is over 128',
    );
  });

  it("finds the family (test_ip_cidr_from_str)", () => {
    expect(IpCidr.parse("10.0.0.0/8")).toEqual(new Ipv4Cidr(Ipv4Addr.fromNumber(0x0a000000), 8));
    expect(IpCidr.parse("fd00::/64")).toEqual(new Ipv6Cidr(Ipv6Addr.parse("fd00::"), 64));
  });

  it("reads what is printed", () => {
    forAll(ipCidr, (cidr) => {
      expect(IpCidr.parse(cidr.toString())).toEqual(cidr);
      expect(IpCidr.parse(IpCidr.toReferenceString(cidr))).toEqual(cidr);
    });
  });
});

describe("a CIDR", () => {
  it("has every prefix length of its family and no other (ipv6_prefix_len)", () => {
    for (let n = 0; n <= 128; n++) expect(new Ipv6Cidr(Ipv6Addr.ANY, n).prefixLen).toBe(n);
    expect(() => new Ipv6Cidr(Ipv6Addr.ANY, 129)).toThrow(RangeError);
    expect(() => new Ipv4Cidr(Ipv4Addr.ANY, 33)).toThrow(RangeError);
  });

  it("is the default only at length 0 (ipv6_is_default)", () => {
    expect(Ipv4Cidr.parse("0.0.0.0/0").isDefault).toBe(true);
    expect(Ipv4Cidr.parse("0.0.0.0/1").isDefault).toBe(false);
    expect(Ipv6Cidr.parse("::/0").isDefault).toBe(true);
    expect(Ipv6Cidr.parse("::/128").isDefault).toBe(false);
  });

  it("has the members that share its prefix (ipv6_cidr_is_member)", () => {
    const cidr = Ipv6Cidr.parse("fd00:1::/32");
    expect(cidr.isMember(Ipv6Addr.parse("fd00:1:ffff::1"))).toBe(true);
    expect(cidr.isMember(Ipv6Addr.parse("fd00:2::"))).toBe(false);
    expect(Ipv4Cidr.parse("0.0.0.0/0").isMember(Ipv4Addr.BROADCAST)).toBe(true);
    expect(Ipv4Cidr.parse("10.0.0.1/32").isMember(Ipv4Addr.parse("10.0.0.2"))).toBe(false);
  });

  it("has exactly the members whose leading bits are its own", () => {
    const bitsOf = (ip: IpAddr): string => Array.from(ip.bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
    forAll(fc.tuple(ipCidr, ipAddr), ([cidr, ip]) => {
      const sameFamily = cidr.family === ip.family;
      const samePrefix = bitsOf(ip).startsWith(bitsOf(cidr.network).slice(0, cidr.prefixLen));
      expect(IpCidr.isMember(cidr, ip)).toBe(sameFamily && samePrefix);
      expect(IpCidr.isMember(cidr, cidr.network)).toBe(true);
    });
  });

  it("has a netmask", () => {
    expect(Ipv4Cidr.parse("10.0.0.0/22").netmask.toString()).toBe("255.255.252.0");
    expect(Ipv6Cidr.parse("fd00::/33").netmask.toString()).toBe("ffff:ffff:8000::");
  });

  it("sorts by family, network and length", () => {
    expectTotalOrder(
      ipCidr,
      IpCidr.compare,
      IpCidr.equals,
      (a, b) => IpAddr.compare(a.network, b.network) || a.prefixLen - b.prefixLen,
    );
  });

  it("names the well-known prefixes", () => {
    expect(String(Ipv4Cidr.MULTICAST)).toBe("224.0.0.0/4");
    expect(String(Ipv6Cidr.LINK_LOCAL)).toBe("fe80::/64");
    expect(String(Ipv6Cidr.MULTICAST)).toBe("ff00::/8");
    expect(String(Ipv6Cidr.ADMIN_LOCAL_MULTICAST)).toBe("ff04::/16");
  });

  it("prints the network as the reference does on demand, and its text into JSON", () => {
    const cidr = IpCidr.parse("1:2:3:4:5:6:7:0/112");
    expect(IpCidr.toReferenceString(cidr)).toBe("1:2:3:4:5:6:7::/112");
    expect(IpCidr.toReferenceString(IpCidr.parse("10.0.0.0/8"))).toBe("10.0.0.0/8");
    expect(JSON.stringify([cidr, IpCidr.parse("10.1.0.0/8")])).toBe('["1:2:3:4:5:6:7:0/112","10.0.0.0/8"]');
  });
});
