// Random predicates, rules and packets from small ranges of values, so that rules often match, overlap and shadow each other.

import { EtherType, IpProtocol, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, MacAddr } from "opte-api";
import fc from "fast-check";
import type { Packet } from "../src/packet/packet.js";
import type { DataPredicate } from "../src/predicate/data-predicate.js";
import type { NumberMatch, Predicate } from "../src/predicate/predicate.js";
import { makeRule, type Rule } from "../src/rule/rule.js";
import { GATEWAY_MAC, GUEST_MAC, makeArpPacket, makePacket } from "./packets.js";

const { Icmp, Icmpv6, Tcp, Udp } = IpProtocol;

const macs = fc.constantFrom(GUEST_MAC, GATEWAY_MAC, MacAddr.BROADCAST, MacAddr.parse("33:33:00:00:00:01"));
const etherTypes = fc.constantFrom<number>(EtherType.Ipv4, EtherType.Ipv6, EtherType.Arp);
const protocols = fc.constantFrom<number>(Icmp, Tcp, Udp, Icmpv6, 47);
const ports = fc.oneof(fc.constantFrom(0, 22, 80, 443, 1000, 1023, 1024, 65535), fc.nat(0xffff));
const types = fc.oneof(fc.constantFrom(0, 3, 8, 128, 129, 135), fc.nat(255));
const addresses4 = fc
  .tuple(fc.constantFrom(10, 172, 224), fc.constantFrom(0, 30), fc.nat(3), fc.oneof(fc.nat(7), fc.nat(255)))
  .map((octets) => Ipv4Addr.fromBytes(Uint8Array.from(octets)));
const addresses6 = fc
  .tuple(fc.constantFrom(0xfd00_0000, 0x2001_0db8, 0xff02_0000), fc.nat(3), fc.constantFrom(0, 1 << 20), fc.nat(7))
  .map(([a, b, c, d]) => Ipv6Addr.fromWords(a, b, c, d));
const metadataKeys = fc.constantFrom("vni", "router-target");
const metadataValues = fc.constantFrom("ig", "ig=1", "7", "");

function numbers(values: fc.Arbitrary<number>): fc.Arbitrary<NumberMatch[]> {
  const range = fc.tuple(values, values).map(([first, last]) => ({ first, last }));
  return fc.array(fc.oneof<fc.Arbitrary<NumberMatch>[]>(values, range), { maxLength: 3 });
}

function some<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(values, { maxLength: 3 });
}

const addressMatches4 = fc.oneof(
  addresses4,
  fc.tuple(addresses4, fc.nat(32)).map(([address, bits]) => new Ipv4Cidr(address, bits)),
);
const addressMatches6 = fc.oneof(
  addresses6,
  fc.tuple(addresses6, fc.nat(128)).map(([address, bits]) => new Ipv6Cidr(address, bits)),
);

const { predicate } = fc.letrec<{ predicate: Predicate; simple: Predicate }>((tie) => ({
  simple: fc.oneof(
    some(etherTypes).map((values): Predicate => ({ kind: "etherType", values })),
    fc
      .tuple(fc.constantFrom("etherDst", "etherSrc"), some(fc.oneof(macs, fc.constant<"multicast">("multicast"))))
      .map(([kind, values]): Predicate => ({ kind, values })),
    fc
      .tuple(fc.constantFrom("ipv4Src", "ipv4Dst"), some(addressMatches4))
      .map(([kind, values]): Predicate => ({ kind, values })),
    fc
      .tuple(fc.constantFrom("ipv6Src", "ipv6Dst"), some(addressMatches6))
      .map(([kind, values]): Predicate => ({ kind, values })),
    some(protocols).map((values): Predicate => ({ kind: "ipProtocol", values })),
    fc
      .tuple(fc.constantFrom("srcPort", "dstPort"), numbers(ports))
      .map(([kind, values]): Predicate => ({ kind, values })),
    fc
      .tuple(fc.constantFrom("icmpType", "icmpCode", "icmpv6Type", "icmpv6Code"), numbers(types))
      .map(([kind, values]): Predicate => ({ kind, values })),
    fc.tuple(metadataKeys, metadataValues).map(([key, value]): Predicate => ({ kind: "meta", key, value })),
  ),
  predicate: fc.oneof(
    { maxDepth: 2, depthIdentifier: "predicate" },
    { arbitrary: tie("simple"), weight: 6 },
    { arbitrary: tie("predicate").map((each): Predicate => ({ kind: "not", predicate: each })), weight: 1 },
    {
      arbitrary: fc
        .tuple(fc.constantFrom("any", "all"), fc.array(tie("predicate"), { maxLength: 3 }))
        .map(([kind, predicates]): Predicate => ({ kind, predicates })),
      weight: 1,
    },
  ),
}));

const dataPredicate: fc.Arbitrary<DataPredicate> = fc
  .tuple(fc.boolean(), numbers(fc.nat(3)))
  .map(([isNegated, values]): DataPredicate => {
    const asked: DataPredicate = { kind: "dhcpv6MessageType", values };
    return isNegated ? { kind: "not", predicate: asked } : asked;
  });

/** A rule of one of four priorities, a third of them a deny. */
export const randomRule: fc.Arbitrary<Rule> = fc
  .record({
    priority: fc.nat(3),
    kind: fc.constantFrom("deny", "allow", "statefulAllow"),
    predicates: fc.array(predicate, { maxLength: 4 }),
    dataPredicates: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(dataPredicate) }),
  })
  .map(({ priority, kind, predicates, dataPredicates }) =>
    makeRule(priority, { kind }, { predicates, dataPredicates }),
  );

const ends = { etherDst: macs, etherSrc: macs };
const body = fc.array(fc.nat(3), { maxLength: 1 }).map((bytes) => Uint8Array.from(bytes));

/** A packet of any of the protocols that the rules ask for. */
export const randomPacket: fc.Arbitrary<Packet> = fc.oneof(
  fc
    .record({
      ...ends,
      src: addresses4,
      dst: addresses4,
      proto: fc.constantFrom(Tcp, Udp, Icmp, Icmpv6),
      ports: fc.tuple(ports, ports),
      icmp: fc.tuple(types, fc.nat(3), fc.nat(3)),
      body,
    })
    .map(makePacket),
  fc
    .record({
      ...ends,
      src: addresses6,
      dst: addresses6,
      proto: fc.constantFrom(Tcp, Udp, Icmp, Icmpv6),
      ports: fc.tuple(ports, ports),
      icmp: fc.tuple(types, fc.nat(3), fc.nat(3)),
      body,
    })
    .map(makePacket),
  fc.record(ends).map(makeArpPacket),
);

export const randomMetadata: fc.Arbitrary<ReadonlyMap<string, string>> = fc
  .array(fc.tuple(metadataKeys, metadataValues), { maxLength: 2 })
  .map((entries) => new Map(entries));
