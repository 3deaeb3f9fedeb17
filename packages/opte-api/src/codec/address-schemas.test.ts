// The basic types in the reference's binary form (spec 05 §3).

import { describe, expect, it } from "vitest";
import { ipv4Addr as anyIpv4, ipv6Addr as anyIpv6 } from "../../test/arbitraries.js";
import { codecFault } from "../../test/codec-errors.js";
import { forAll } from "../../test/expectations.js";
import { hex, hexOf } from "../../test/hex.js";
import { DomainName } from "../domain-name.js";
import { IpAddr } from "../ip-addr.js";
import { IpCidr } from "../ip-cidr.js";
import { Ipv4Cidr } from "../ipv4-cidr.js";
import { MacAddr } from "../mac-addr.js";
import { MulticastUnderlay } from "../multicast-underlay.js";
import { PortRange } from "../port-range.js";
import { TcpState } from "../tcp-state.js";
import { Vni } from "../vni.js";
import {
  direction,
  domainName,
  ipAddr,
  ipCidr,
  ipv4Cidr,
  ipv6Cidr,
  macAddr,
  multicastUnderlay,
  portRange,
  tcpState,
  vni,
} from "./address-schemas.js";
import { decodePostcard } from "./postcard-reader.js";
import { encodePostcard } from "./postcard-writer.js";
import type { Schema } from "./schema.js";

const NIL = "00".repeat(14);

describe("basic types", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["a MAC address: six bytes", bytesOf(macAddr, MacAddr.parse("a8:40:25:ff:00:01")), "a84025ff0001"],
    ["an IPv4 address: tag and four bytes", bytesOf(ipAddr, IpAddr.parse("10.0.0.5")), "000a000005"],
    ["an IPv6 address: tag and sixteen bytes", bytesOf(ipAddr, IpAddr.parse("fd00::1")), `01fd${NIL}01`],
    ["an IPv4 prefix: tag, address and length", bytesOf(ipCidr, IpCidr.parse("10.0.0.0/24")), "000a00000018"],
    ["an IPv6 prefix", bytesOf(ipCidr, IpCidr.parse("fd00::/48")), `01fd${NIL}0030`],
    ["a VNI: three big-endian bytes", bytesOf(vni, Vni.of(99)), "000063"],
    [
      "a group of the underlay",
      bytesOf(multicastUnderlay, MulticastUnderlay.parse("ff04::1")),
      `ff04${NIL.slice(2)}01`,
    ],
    ["a range of ports: first and last", bytesOf(portRange, new PortRange(1000, 2000)), "e807d00f"],
    ["directions by place, not by their codes in memory", bytesOf(direction, "out"), "01"],
    ["TCP states by place", bytesOf(tcpState, "TimeWait"), "09"],
    ["a domain name: text and labels", bytesOf(domainName, DomainName.parse("a.b")), "03612e62 05 0161 0162 00"],
  ];

  it.each(cases)("are written as %s", (_what, bytes, expected) => {
    expect(bytes).toBe(expected.replaceAll(" ", ""));
  });

  it("are read as they were written", () => {
    forAll(anyIpv4, (ip) => {
      expect(IpAddr.equals(again(ipAddr, ip), ip)).toBe(true);
      expect(IpCidr.equals(again(ipCidr, IpCidr.of(ip, 12)), IpCidr.of(ip, 12))).toBe(true);
    });
    forAll(anyIpv6, (ip) => {
      expect(IpAddr.equals(again(ipAddr, ip), ip)).toBe(true);
      expect(IpCidr.equals(again(ipCidr, IpCidr.of(ip, 77)), IpCidr.of(ip, 77))).toBe(true);
    });
    for (const state of TcpState.ALL) expect(again(tcpState, state)).toBe(state);
  });
});

describe("what the reference takes and we refuse", () => {
  it("is a prefix longer than its family's addresses", () => {
    expect(codecFault(() => decodePostcard(ipv4Cidr, hex("0a000000 28")))).toEqual(["invalid_value", ""]);
    expect(codecFault(() => decodePostcard(ipv6Cidr, hex(`fd${NIL}01 81`)))).toEqual(["invalid_value", ""]);
  });

  it("is a domain name whose text and labels differ", () => {
    expect(codecFault(() => decodePostcard(domainName, hex("03612e62 05 0161 0163 00")))[0]).toBe("invalid_value");
    expect(codecFault(() => decodePostcard(domainName, hex("00 00")))[0]).toBe("invalid_value");
  });

  it("is a TCP state behind the last", () => {
    expect(codecFault(() => decodePostcard(tcpState, hex("0a")))[0]).toBe("bad_tag");
  });
});

describe("a group of the underlay", () => {
  it("is refused outside of ff04::/16", () => {
    expect(() => decodePostcard(multicastUnderlay, hex(`ff05${NIL.slice(2)}01`))).toThrow(/is not in ff04::\/16/);
  });
});

describe("a prefix", () => {
  it("loses its host bits", () => {
    expect(decodePostcard(ipv4Cidr, hex("0a010203 08"))).toEqual(Ipv4Cidr.parse("10.0.0.0/8"));
  });
});

describe("a domain name", () => {
  it.each(["host", "host.example.com.", "a.b"])("keeps its text: %s", (text) => {
    expect(again(domainName, DomainName.parse(text)).equals(DomainName.parse(text))).toBe(true);
  });

  it.each(["00", "0161 00", "0561 2e62 2e63 00"])("may be one that only its labels can say: %s", (labels) => {
    const name = DomainName.fromBytes(hex(labels));
    expect(again(domainName, name).equals(name)).toBe(true);
  });
});

function bytesOf<T>(schema: Schema<T>, value: T): string {
  return hexOf(encodePostcard(schema, value));
}

function again<T>(schema: Schema<T>, value: T): T {
  return decodePostcard(schema, encodePostcard(schema, value));
}
