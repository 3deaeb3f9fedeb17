import { IpProtocol, Ipv4Addr, Ipv4Cidr } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GUEST_MAC } from "../../../test/packets.js";
import { randomMetadata, randomPacket, randomRule } from "../../../test/random-rules.js";
import type { Packet } from "../../packet/packet.js";
import type { Predicate } from "../../predicate/predicate.js";
import { innerFieldAt } from "../../predicate/inner-field.js";
import { makeRule, ruleMatches } from "../rule.js";
import { isInnerField, METADATA_PREFIX, type Box, type Dimension, type Prefix } from "./box.js";
import { coverRule, hashBytes } from "./cover.js";

const PORT_80: Predicate = { kind: "dstPort", values: [80] };

/** The boxes of a rule as text, a bound as its dimension, length and bytes. */
function coverOf(...predicates: Predicate[]): string[] {
  return coverRule(makeRule(0, { kind: "allow" }, { predicates })).map((box) =>
    [...box].map(([dimension, { bits, bytes }]) => `${dimension}/${bits}=${bytes.join(".")}`).join(" "),
  );
}

function bitsOf(bytes: Iterable<number>, count: number): string {
  const text = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return text.slice(0, count);
}

function holds(
  dimension: Dimension,
  { bytes, bits }: Prefix,
  packet: Packet,
  metadata: ReadonlyMap<string, string>,
): boolean {
  if (!isInnerField(dimension)) {
    const value = metadata.get(dimension.slice(METADATA_PREFIX.length));
    return value !== undefined && bitsOf(hashBytes(value), bits) === bitsOf(bytes, bits);
  }
  const at = innerFieldAt(dimension, packet);
  return at >= 0 && bitsOf(packet.frame.bytes.slice(at), bits) === bitsOf(bytes, bits);
}

function isInside(box: Box, packet: Packet, metadata: ReadonlyMap<string, string>): boolean {
  return [...box].every(([dimension, prefix]) => holds(dimension, prefix, packet, metadata));
}

describe("the cover of a rule", () => {
  it("holds every packet that the rule matches", () => {
    const rules = fc.array(randomRule, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(rules, fc.array(randomPacket, { maxLength: 10 }), randomMetadata, (someRules, packets, metadata) => {
        for (const rule of someRules) {
          const boxes = coverRule(rule);
          for (const packet of packets) {
            if (!ruleMatches(rule, packet, metadata)) continue;
            expect(boxes.some((box) => isInside(box, packet, metadata))).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is everything for a rule without predicates", () => {
    expect(coverOf()).toEqual([""]);
  });

  it("is bounded in each dimension that a predicate names", () => {
    expect(coverOf({ kind: "ipv4Dst", values: [Ipv4Addr.parse("10.0.0.1")] }, PORT_80)).toEqual([
      "ipv4Dst/32=10.0.0.1 dstPort/16=0.80",
    ]);
  });

  it("has a box for each value of a list, and for each combination of two", () => {
    const protocols: Predicate = { kind: "ipProtocol", values: [IpProtocol.Tcp, IpProtocol.Udp] };
    expect(coverOf(protocols, { kind: "dstPort", values: [80, 443] })).toEqual([
      "ipProtocol/8=6 dstPort/16=0.80",
      "ipProtocol/8=6 dstPort/16=1.187",
      "ipProtocol/8=17 dstPort/16=0.80",
      "ipProtocol/8=17 dstPort/16=1.187",
    ]);
  });

  it("widens prefixes to few lengths, and asks for the field at least", () => {
    const cidr = (text: string): Predicate => ({ kind: "ipv4Dst", values: [Ipv4Cidr.parse(text)] });
    expect(coverOf(cidr("10.0.252.0/22"))).toEqual(["ipv4Dst/20=10.0.240"]);
    expect(coverOf(cidr("0.0.0.0/0"))).toEqual(["ipv4Dst/0="]);
    expect(coverOf(cidr("128.0.0.0/1"))).toEqual(["ipv4Dst/0="]);
  });

  it("tiles a range with aligned blocks", () => {
    expect(coverOf({ kind: "dstPort", values: [{ first: 0x1000, last: 0x10ff }] })).toEqual(["dstPort/8=16"]);
    expect(coverOf({ kind: "dstPort", values: [{ first: 0x0fff, last: 0x1000 }] })).toEqual([
      "dstPort/16=15.255",
      "dstPort/16=16.0",
    ]);
    expect(coverOf({ kind: "icmpType", values: [{ first: 0, last: 255 }] })).toEqual(["icmpType/0="]);
  });

  it("ends a range where the field ends", () => {
    expect(coverOf({ kind: "icmpType", values: [{ first: 254, last: 100_000 }] })).toEqual(["icmpType/4=240"]);
    expect(coverOf({ kind: "dstPort", values: [{ first: -5, last: 0 }] })).toEqual(["dstPort/16=0.0"]);
    expect(coverOf({ kind: "dstPort", values: [70_000] })).toEqual([]);
  });

  it("leaves negations and group addresses to the rule", () => {
    expect(coverOf({ kind: "not", predicate: PORT_80 })).toEqual([""]);
    expect(coverOf({ kind: "etherDst", values: [GUEST_MAC, "multicast"] })).toEqual([""]);
    expect(coverOf({ kind: "not", predicate: PORT_80 }, PORT_80)).toEqual(["dstPort/16=0.80"]);
  });

  it("has no box where no packet can match", () => {
    expect(coverOf({ kind: "any", predicates: [] })).toEqual([]);
    expect(coverOf({ kind: "dstPort", values: [] }, PORT_80)).toEqual([]);
    expect(coverOf({ kind: "dstPort", values: [{ first: 2, last: 1 }] })).toEqual([]);
    expect(coverOf(PORT_80, { kind: "dstPort", values: [81] })).toEqual([]);
  });

  it("joins the boxes of any, and crosses those of all", () => {
    const net: Predicate = { kind: "ipv4Dst", values: [Ipv4Cidr.MULTICAST] };
    expect(coverOf({ kind: "any", predicates: [PORT_80, net, PORT_80] })).toEqual(["dstPort/16=0.80", "ipv4Dst/4=224"]);
    expect(coverOf({ kind: "all", predicates: [PORT_80, net] })).toEqual(["dstPort/16=0.80 ipv4Dst/4=224"]);
  });

  it("tells metadata by key and value", () => {
    const meta = (key: string, value: string): Predicate => ({ kind: "meta", key, value });
    expect(coverOf(meta("vni", "7"))).toHaveLength(1);
    expect(coverOf(meta("vni", "7"))).not.toEqual(coverOf(meta("vni", "8")));
    expect(coverOf(meta("vni", "7"), meta("vni", "8"))).toEqual([]);
  });

  it("widens the shorter of two lists to one box rather than cross too many", () => {
    const hosts: Predicate = {
      kind: "ipv4Dst",
      values: Array.from({ length: 40 }, (_, i) => Ipv4Addr.fromNumber(0x0a00_0000 + i)),
    };
    const boxes = coverOf(hosts, { kind: "dstPort", values: [80, 81] });
    expect(boxes).toHaveLength(40);
    expect(boxes[0]).toBe("ipv4Dst/32=10.0.0.0 dstPort/12=0.80");
  });
});
