import fc from "fast-check";
import { DomainName, Ipv4Addr, Ipv4Cidr } from "opte-api";
import { describe, expect, it } from "vitest";
import { NO_DHCP_OPTIONS } from "../dhcp-config.js";
import { encodeClasslessRoutes, encodeDhcp4Option, encodeNames, encodeNameServers } from "./options.js";
import { squeeze, toHex } from "../../../test/hairpin-frames.js";

const hex = (bytes: readonly number[]): string => toHex(Uint8Array.from(bytes));

/** A route as its encoding shows it. */
const route = (subnet: string, router: string): { subnet: Ipv4Cidr; router: Ipv4Addr } => ({
  subnet: Ipv4Cidr.parse(subnet),
  router: Ipv4Addr.parse(router),
});

describe("encodeNames", () => {
  it("writes host and domain name as plain text (hostname_encode, domainname_encode)", () => {
    const hostname = DomainName.parse("testbox");
    const hostDomain = DomainName.parse("test.oxide.computer");
    expect(hex(encodeNames({ ...NO_DHCP_OPTIONS, hostname, hostDomain }))).toBe(
      squeeze("0c07 74657374626f78 0f13 746573742e6f786964652e636f6d7075746572"),
    );
  });

  it("keeps a trailing dot, and writes UTF-8", () => {
    expect(hex(encodeNames({ ...NO_DHCP_OPTIONS, hostname: DomainName.parse("bär.") }))).toBe("0c0562c3a4722e");
  });

  it("writes the search list as labels", () => {
    const domainSearchList = [DomainName.parse("oxide.computer"), DomainName.parse("a.")];
    expect(hex(encodeNames({ ...NO_DHCP_OPTIONS, domainSearchList }))).toBe(
      squeeze("7713 056f7869646508636f6d707574657200 016100"),
    );
  });

  it("splits a long search list into two options, the first of 255 bytes (domain_search_option_encode)", () => {
    const names = Array.from({ length: 10 }, (_, i) => `host-${i}.some-quite-long-domain.example`);
    const domainSearchList = names.map((name) => DomainName.parse(name));
    const encoded = encodeNames({ ...NO_DHCP_OPTIONS, domainSearchList });
    const labels = domainSearchList.flatMap((name) => [...name.encoded]);
    expect(encoded.slice(0, 2)).toEqual([119, 255]);
    expect(encoded.slice(257, 259)).toEqual([119, labels.length - 255]);
    expect([...encoded.slice(2, 257), ...encoded.slice(259)]).toEqual(labels);
  });

  it("writes nothing that is not configured", () => {
    expect(encodeNames(NO_DHCP_OPTIONS)).toEqual([]);
  });
});

describe("encodeNameServers", () => {
  it("offers the first three servers", () => {
    const dns4Servers = ["8.8.8.8", "1.1.1.1", "9.9.9.9", "4.4.4.4"].map((text) => Ipv4Addr.parse(text));
    expect(hex(encodeNameServers({ ...NO_DHCP_OPTIONS, dns4Servers }))).toBe(
      squeeze("060c 08080808 01010101 09090909"),
    );
  });

  it("writes nothing without a server", () => {
    expect(encodeNameServers(NO_DHCP_OPTIONS)).toEqual([]);
  });
});

describe("encodeClasslessRoutes", () => {
  it("says that the gateway is on the link and the way to all others (offlink_encode)", () => {
    const routes = [route("172.30.0.1/32", "0.0.0.0"), route("0.0.0.0/0", "172.30.0.1")];
    expect(hex(encodeClasslessRoutes(routes))).toBe(squeeze("790e 20ac1e000100000000 00ac1e0001"));
  });

  it.each([
    ["0.0.0.0/0", "00"],
    ["10.0.0.0/8", "080a"],
    ["10.16.0.0/15", "0f0a10"],
    ["10.17.0.0/16", "100a11"],
    ["10.27.129.0/24", "180a1b81"],
    ["10.27.129.128/25", "190a1b8180"],
    ["10.198.122.47/32", "200ac67a2f"],
  ])("writes only the significant octets of %s (rfc3442_encode)", (subnet, encoded) => {
    const data = encoded + "0a000001";
    expect(hex(encodeClasslessRoutes([route(subnet, "10.0.0.1")]))).toBe(`79${hex([data.length / 2])}${data}`);
    const three = [route(subnet, "10.0.0.1"), route("10.0.0.0/8", "10.0.0.2"), route(subnet, "10.0.0.1")];
    const all = `${data}080a0a000002${data}`;
    expect(hex(encodeClasslessRoutes(three))).toBe(`79${hex([all.length / 2])}${all}`);
  });
});

describe("encodeDhcp4Option", () => {
  it("loses no byte, whatever the length (RFC 3396)", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 1500 }), (data) => {
        const encoded = encodeDhcp4Option(119, [...data]);
        const decoded: number[] = [];
        for (let at = 0; at < encoded.length;) {
          const length = encoded[at + 1] ?? 0;
          expect(encoded[at]).toBe(119);
          expect(length).toBe(Math.min(255, data.length - decoded.length));
          decoded.push(...encoded.slice(at + 2, at + 2 + length));
          at += 2 + length;
        }
        expect(decoded).toEqual([...data]);
      }),
    );
  });
});
