import { EtherType, IpProtocol, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, MacAddr } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GATEWAY_MAC, GUEST_MAC, makeArpPacket, makePacket } from "../../test/packets.js";
import { matches, matchesData, matchesNumber } from "./evaluate.js";
import type { NumberMatch, Predicate } from "./predicate.js";

const NO_METADATA: ReadonlyMap<string, string> = new Map();
const TRUE: Predicate = { kind: "all", predicates: [] };
const FALSE: Predicate = { kind: "any", predicates: [] };

const tcp4 = makePacket({ src: Ipv4Addr.parse("10.0.0.5"), dst: Ipv4Addr.parse("192.168.1.9"), ports: [1025, 443] });
const udp6 = makePacket({
  src: Ipv6Addr.parse("fd00::5"),
  dst: Ipv6Addr.parse("2001:db8:1:2::9"),
  proto: IpProtocol.Udp,
  ports: [5353, 53],
});
const echo4 = makePacket({ proto: IpProtocol.Icmp, icmp: [8, 0, 7] });
const echo6 = makePacket({
  src: Ipv6Addr.parse("fd00::5"),
  dst: Ipv6Addr.parse("fd00::6"),
  proto: IpProtocol.Icmpv6,
  icmp: [128, 3, 7],
});
const arp = makeArpPacket({ etherDst: MacAddr.BROADCAST });

function holds(predicate: Predicate, packet = tcp4, metadata = NO_METADATA): boolean {
  return matches(predicate, packet, metadata);
}

describe("a predicate on the Ethernet header", () => {
  it("holds for any of its ethertypes", () => {
    expect(holds({ kind: "etherType", values: [EtherType.Arp, EtherType.Ipv4] })).toBe(true);
    expect(holds({ kind: "etherType", values: [EtherType.Ipv6] })).toBe(false);
    expect(holds({ kind: "etherType", values: [EtherType.Arp] }, arp)).toBe(true);
  });

  it("compares whole addresses", () => {
    expect(holds({ kind: "etherSrc", values: [GUEST_MAC] })).toBe(true);
    expect(holds({ kind: "etherDst", values: [GUEST_MAC] })).toBe(false);
    expect(holds({ kind: "etherDst", values: [GUEST_MAC, GATEWAY_MAC] })).toBe(true);
    expect(holds({ kind: "etherSrc", values: [MacAddr.parse("a9:40:25:fa:fa:37")] })).toBe(false);
    expect(holds({ kind: "etherSrc", values: [MacAddr.parse("a8:40:25:fa:fa:36")] })).toBe(false);
  });

  it("takes every group address for multicast, broadcast too", () => {
    const multicast = makeArpPacket({ etherDst: MacAddr.parse("33:33:00:00:00:01") });
    expect(holds({ kind: "etherDst", values: ["multicast"] }, multicast)).toBe(true);
    expect(holds({ kind: "etherDst", values: ["multicast"] }, arp)).toBe(true);
    expect(holds({ kind: "etherDst", values: ["multicast"] })).toBe(false);
  });
});

describe("a predicate on an IP address", () => {
  it("holds for an exact address (match_check, test_ipv6_addr_match_exact)", () => {
    expect(holds({ kind: "ipv4Src", values: [Ipv4Addr.parse("10.0.0.5")] })).toBe(true);
    expect(holds({ kind: "ipv4Dst", values: [Ipv4Addr.parse("10.0.0.5")] })).toBe(false);
    expect(holds({ kind: "ipv6Src", values: [Ipv6Addr.parse("fd00::5")] }, udp6)).toBe(true);
    expect(holds({ kind: "ipv6Dst", values: [Ipv6Addr.parse("fd00::5")] }, udp6)).toBe(false);
  });

  it.each([
    ["192.168.1.0/24", true],
    ["192.168.0.0/23", true],
    ["192.168.1.8/31", true],
    ["192.168.1.10/31", false],
    ["192.168.1.9/32", true],
    ["128.0.0.0/1", true],
    ["0.0.0.0/1", false],
    ["0.0.0.0/0", true],
  ])("compares as many bits as the prefix has: 192.168.1.9 in %s is %s", (cidr, expected) => {
    expect(holds({ kind: "ipv4Dst", values: [Ipv4Cidr.parse(cidr)] })).toBe(expected);
  });

  it.each([
    ["2001:db8:1:2::/64", true],
    ["2001:db8:1:3::/64", false],
    ["2001:db8:1:2::8/125", true],
    ["2001:db8:1:2::8/127", true],
    ["2001:db8:1:2::a/127", false],
    ["2001:db8:1:2::9/128", true],
    ["2001:db8::/33", true],
    ["2001:db8:8000::/33", false],
    ["2000::/3", true],
    ["::/0", true],
  ])("compares as many bits as the prefix has: 2001:db8:1:2::9 in %s is %s", (cidr, expected) => {
    expect(holds({ kind: "ipv6Dst", values: [Ipv6Cidr.parse(cidr)] }, udp6)).toBe(expected);
  });

  it("agrees with the prefix itself about members, the default route included (cidr_match, test_ipv6_cidr_match_prefix)", () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), fc.nat(32), (address, network, prefixLen) => {
        const dst = Ipv4Addr.fromNumber(address);
        const cidr = new Ipv4Cidr(Ipv4Addr.fromNumber(network), prefixLen);
        expect(holds({ kind: "ipv4Dst", values: [cidr] }, makePacket({ dst }))).toBe(cidr.isMember(dst));
      }),
    );
    const word = fc.nat(0xffff_ffff);
    const words = fc.tuple(word, word, word, word);
    fc.assert(
      fc.property(words, words, fc.nat(128), fc.boolean(), (address, network, prefixLen, isNear) => {
        const dst = Ipv6Addr.fromWords(...address);
        // Prefixes of random addresses have hardly a common member.
        const cidr = new Ipv6Cidr(isNear ? dst : Ipv6Addr.fromWords(...network), prefixLen);
        const packet = makePacket({ src: dst, dst, proto: IpProtocol.Udp });
        expect(holds({ kind: "ipv6Dst", values: [cidr] }, packet)).toBe(cidr.isMember(dst));
        if (isNear || prefixLen === 0) expect(cidr.isMember(dst)).toBe(true);
      }),
    );
  });

  it("is false for the other family and without an IP header, whatever the prefix", () => {
    expect(holds({ kind: "ipv4Src", values: [Ipv4Cidr.parse("0.0.0.0/0")] }, udp6)).toBe(false);
    expect(holds({ kind: "ipv6Src", values: [Ipv6Cidr.parse("::/0")] }, tcp4)).toBe(false);
    expect(holds({ kind: "ipv4Src", values: [Ipv4Cidr.parse("0.0.0.0/0")] }, arp)).toBe(false);
  });

  it("sees the address that an earlier layer has written (rule_matching)", () => {
    const packet = makePacket({ src: Ipv4Addr.parse("10.0.0.5") });
    const predicate: Predicate = { kind: "ipv4Src", values: [Ipv4Addr.parse("10.0.0.5")] };
    expect(holds(predicate, packet)).toBe(true);
    packet.frame.bytes.set(Ipv4Addr.parse("10.11.11.99").bytes, packet.ip + 12);
    expect(holds(predicate, packet)).toBe(false);
  });
});

describe("a predicate on the upper layer", () => {
  it("knows the protocol of either family, and none without an IP header", () => {
    expect(holds({ kind: "ipProtocol", values: [IpProtocol.Tcp] })).toBe(true);
    expect(holds({ kind: "ipProtocol", values: [IpProtocol.Tcp, IpProtocol.Udp] }, udp6)).toBe(true);
    expect(holds({ kind: "ipProtocol", values: [255] }, arp)).toBe(false);
  });

  it("takes the protocol of an IPv6 packet from the last extension header", () => {
    const packet = makePacket({ src: Ipv6Addr.ANY, dst: Ipv6Addr.ANY, proto: IpProtocol.Udp });
    packet.frame.bytes[packet.ip + 6] = 0;
    packet.protoAt = packet.ip + 40;
    packet.frame.bytes[packet.protoAt] = IpProtocol.Udp;
    expect(holds({ kind: "ipProtocol", values: [IpProtocol.Udp] }, packet)).toBe(true);
    expect(holds({ kind: "ipProtocol", values: [0] }, packet)).toBe(false);
  });

  it("compares ports of TCP and UDP, exactly or by range", () => {
    expect(holds({ kind: "dstPort", values: [80, 443] })).toBe(true);
    expect(holds({ kind: "dstPort", values: [{ first: 443, last: 443 }] })).toBe(true);
    expect(holds({ kind: "srcPort", values: [443] })).toBe(false);
    expect(holds({ kind: "srcPort", values: [{ first: 1000, last: 1024 }] })).toBe(false);
    expect(holds({ kind: "srcPort", values: [{ first: 5000, last: 6000 }] }, udp6)).toBe(true);
  });

  it("finds no ports in ICMP or ARP", () => {
    const anyPort: readonly NumberMatch[] = [{ first: 0, last: 0xffff }];
    expect(holds({ kind: "dstPort", values: anyPort }, echo4)).toBe(false);
    expect(holds({ kind: "srcPort", values: anyPort }, arp)).toBe(false);
  });

  it("compares type and code of the right ICMP alone", () => {
    expect(holds({ kind: "icmpType", values: [8] }, echo4)).toBe(true);
    expect(holds({ kind: "icmpCode", values: [0] }, echo4)).toBe(true);
    expect(holds({ kind: "icmpv6Type", values: [8] }, echo4)).toBe(false);
    expect(holds({ kind: "icmpv6Type", values: [{ first: 128, last: 129 }] }, echo6)).toBe(true);
    expect(holds({ kind: "icmpv6Code", values: [3] }, echo6)).toBe(true);
    expect(holds({ kind: "icmpType", values: [128] }, echo6)).toBe(false);
    expect(holds({ kind: "icmpCode", values: [{ first: 0, last: 255 }] }, tcp4)).toBe(false);
  });

  it("orders message types by number, named or not (data_predicate_ranges_handle_unknown)", () => {
    const unnamed = makePacket({ proto: IpProtocol.Icmp, icmp: [200, 0, 0] });
    expect(holds({ kind: "icmpType", values: [{ first: 13, last: 255 }] }, unnamed)).toBe(true);
    expect(holds({ kind: "icmpType", values: [{ first: 201, last: 255 }] }, unnamed)).toBe(false);
  });
});

describe("a predicate on metadata", () => {
  const metadata = new Map([["router-target", "ig"]]);

  it("holds where the key has exactly that value", () => {
    expect(holds({ kind: "meta", key: "router-target", value: "ig" }, tcp4, metadata)).toBe(true);
    expect(holds({ kind: "meta", key: "router-target", value: "ig=1" }, tcp4, metadata)).toBe(false);
    expect(holds({ kind: "meta", key: "router-target", value: "ig" }, tcp4)).toBe(false);
  });
});

describe("predicates on predicates", () => {
  it("negate, so that what is false for absence becomes true", () => {
    expect(holds({ kind: "not", predicate: TRUE })).toBe(false);
    expect(holds({ kind: "not", predicate: { kind: "dstPort", values: [80] } }, arp)).toBe(true);
  });

  it("join by OR and by AND", () => {
    expect(holds({ kind: "any", predicates: [FALSE, TRUE] })).toBe(true);
    expect(holds({ kind: "any", predicates: [FALSE, FALSE] })).toBe(false);
    expect(holds({ kind: "all", predicates: [TRUE, TRUE] })).toBe(true);
    expect(holds({ kind: "all", predicates: [TRUE, FALSE] })).toBe(false);
  });

  it("say false for an empty any and true for an empty all", () => {
    expect(holds(FALSE)).toBe(false);
    expect(holds(TRUE)).toBe(true);
  });
});

describe("a list of values", () => {
  it.each<Predicate>([
    { kind: "etherType", values: [] },
    { kind: "etherDst", values: [] },
    { kind: "ipv4Dst", values: [] },
    { kind: "ipProtocol", values: [] },
    { kind: "dstPort", values: [] },
  ])("matches nothing when it is empty: $kind", (predicate) => {
    expect(holds(predicate)).toBe(false);
  });

  it("matches nothing by a range whose first exceeds its last", () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff), fc.nat(0xffff), (first, last, value) => {
        expect(matchesNumber([{ first, last }], value)).toBe(first <= value && value <= last);
      }),
    );
  });
});

describe("a predicate on a DHCPv6 message", () => {
  const solicit = makePacket({ proto: IpProtocol.Udp, body: Uint8Array.of(1, 0, 0, 0) });
  const empty = makePacket({ proto: IpProtocol.Udp });

  it("compares the first byte of the body", () => {
    expect(matchesData({ kind: "dhcpv6MessageType", values: [1, 3] }, solicit)).toBe(true);
    expect(matchesData({ kind: "dhcpv6MessageType", values: [{ first: 2, last: 255 }] }, solicit)).toBe(false);
  });

  it("is false for an empty body, and its negation true", () => {
    expect(matchesData({ kind: "dhcpv6MessageType", values: [{ first: 0, last: 255 }] }, empty)).toBe(false);
    const any: NumberMatch = { first: 0, last: 255 };
    expect(matchesData({ kind: "not", predicate: { kind: "dhcpv6MessageType", values: [any] } }, empty)).toBe(true);
  });

  it("orders message types by number, named or not (data_predicate_ranges_handle_unknown)", () => {
    const unnamed = makePacket({ proto: IpProtocol.Udp, body: Uint8Array.of(99) });
    expect(matchesData({ kind: "dhcpv6MessageType", values: [{ first: 12, last: 254 }] }, unnamed)).toBe(true);
  });
});

describe("a predicate on a DHCPv4 message", () => {
  const message = new Uint8Array(244);
  message.set([1, 1, 6]);
  message.set([0x63, 0x82, 0x53, 0x63, 53, 1, 3, 255], 236);
  const request = makePacket({ proto: IpProtocol.Udp, body: message });

  it("compares the message type", () => {
    expect(matchesData({ kind: "dhcpMessageType", values: [3] }, request)).toBe(true);
    expect(matchesData({ kind: "dhcpMessageType", values: [{ first: 1, last: 2 }] }, request)).toBe(false);
  });

  it("orders message types by number (data_predicate_ranges_handle_unknown)", () => {
    expect(matchesData({ kind: "dhcpMessageType", values: [{ first: 2, last: 200 }] }, request)).toBe(true);
  });

  it("is false for a body that is no DHCP message, and its negation true", () => {
    const other = makePacket({ proto: IpProtocol.Udp, body: message.subarray(0, 239) });
    expect(matchesData({ kind: "dhcpMessageType", values: [{ first: 0, last: 255 }] }, other)).toBe(false);
    const any: NumberMatch = { first: 0, last: 255 };
    expect(matchesData({ kind: "not", predicate: { kind: "dhcpMessageType", values: [any] } }, other)).toBe(true);
  });
});
