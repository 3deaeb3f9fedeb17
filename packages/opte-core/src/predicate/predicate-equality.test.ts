import { Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, MacAddr } from "opte-api";
import { describe, expect, it } from "vitest";
import type { DataPredicate } from "./data-predicate.js";
import { dataPredicatesEqual, predicatesEqual } from "./predicate-equality.js";
import type { Predicate } from "./predicate.js";

/** Makes the predicates anew at each call; no two of them are equal. */
function distinctPredicates(): Predicate[] {
  const port: Predicate = { kind: "dstPort", values: [80] };
  return [
    { kind: "etherType", values: [0x0800] },
    { kind: "ipProtocol", values: [0x0800] },
    { kind: "etherType", values: [0x0800, 0x0806] },
    { kind: "etherDst", values: ["multicast"] },
    { kind: "etherSrc", values: ["multicast"] },
    { kind: "etherDst", values: [MacAddr.BROADCAST] },
    { kind: "etherDst", values: [MacAddr.parse("00:00:ff:ff:ff:ff")] },
    { kind: "ipv4Src", values: [Ipv4Addr.parse("10.0.0.1")] },
    { kind: "ipv4Dst", values: [Ipv4Addr.parse("10.0.0.1")] },
    { kind: "ipv4Dst", values: [Ipv4Addr.parse("10.0.0.2")] },
    { kind: "ipv4Dst", values: [Ipv4Cidr.parse("10.0.0.1/32")] },
    { kind: "ipv4Dst", values: [Ipv4Cidr.parse("10.0.0.0/31")] },
    { kind: "ipv6Src", values: [Ipv6Addr.ANY] },
    { kind: "ipv6Dst", values: [Ipv6Addr.ANY] },
    { kind: "ipv6Dst", values: [Ipv6Cidr.parse("::/0")] },
    { kind: "srcPort", values: [80] },
    port,
    { kind: "dstPort", values: [80, 443] },
    { kind: "dstPort", values: [443, 80] },
    { kind: "dstPort", values: [{ first: 80, last: 81 }] },
    { kind: "icmpType", values: [80] },
    { kind: "icmpv6Type", values: [80] },
    { kind: "icmpCode", values: [80] },
    { kind: "icmpv6Code", values: [80] },
    { kind: "meta", key: "a", value: "b" },
    { kind: "meta", key: "a", value: "c" },
    { kind: "meta", key: "b", value: "b" },
    { kind: "not", predicate: port },
    { kind: "not", predicate: { kind: "not", predicate: port } },
    { kind: "any", predicates: [port] },
    { kind: "all", predicates: [port] },
    { kind: "all", predicates: [port, port] },
  ];
}

describe("two predicates", () => {
  it("are equal where kind and values are, and only there", () => {
    const predicates = distinctPredicates();
    const others = distinctPredicates();
    for (const [i, a] of predicates.entries()) {
      for (const [j, b] of others.entries()) expect(predicatesEqual(a, b), `${i} and ${j}`).toBe(i === j);
    }
  });

  it("are equal where a range of one value stands for the value", () => {
    const exact: Predicate = { kind: "dstPort", values: [80] };
    const range: Predicate = { kind: "dstPort", values: [{ first: 80, last: 80 }] };
    expect(predicatesEqual(exact, range)).toBe(true);
  });
});

describe("two data predicates", () => {
  it("are equal where kind and values are, and only there", () => {
    const predicates: DataPredicate[] = [
      { kind: "dhcpMessageType", values: [1] },
      { kind: "dhcpMessageType", values: [3] },
      { kind: "dhcpv6MessageType", values: [1] },
      { kind: "not", predicate: { kind: "dhcpMessageType", values: [1] } },
      { kind: "not", predicate: { kind: "dhcpv6MessageType", values: [1] } },
    ];
    for (const [i, a] of predicates.entries()) {
      for (const [j, b] of structuredClone(predicates).entries()) {
        expect(dataPredicatesEqual(a, b), `${i} and ${j}`).toBe(i === j);
      }
    }
  });
});
