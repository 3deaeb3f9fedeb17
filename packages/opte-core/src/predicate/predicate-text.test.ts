import { EtherType, IpProtocol, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, MacAddr } from "opte-api";
import { describe, expect, it } from "vitest";
import type { DataPredicate } from "./data-predicate.js";
import { dataPredicateText, predicateText } from "./predicate-text.js";
import type { Predicate } from "./predicate.js";

describe("the text of a predicate", () => {
  it.each<[string, Predicate]>([
    [
      "inner.ether.ether_type=ARP,ETHER,IPv4,IPv6",
      { kind: "etherType", values: [EtherType.Arp, EtherType.Ethernet, EtherType.Ipv4, EtherType.Ipv6] },
    ],
    ["inner.ether.ether_type=0x88CC", { kind: "etherType", values: [0x88cc] }],
    ["inner.ether.ether_type=0x5", { kind: "etherType", values: [5] }],
    [
      "inner.ether.dst=A8:40:25:FF:77:77,multicast",
      { kind: "etherDst", values: [MacAddr.parse("a8:40:25:ff:77:77"), "multicast"] },
    ],
    ["inner.ether.src=FF:FF:FF:FF:FF:FF", { kind: "etherSrc", values: [MacAddr.BROADCAST] }],
    ["inner.ip.src=172.30.0.5", { kind: "ipv4Src", values: [Ipv4Addr.parse("172.30.0.5")] }],
    [
      "inner.ip.dst=10.0.0.0/8,1.2.3.4",
      { kind: "ipv4Dst", values: [Ipv4Cidr.parse("10.0.0.0/8"), Ipv4Addr.parse("1.2.3.4")] },
    ],
    ["inner.ip6.src=fe80::/64,::", { kind: "ipv6Src", values: [Ipv6Cidr.parse("fe80::/64"), Ipv6Addr.ANY] }],
    ["inner.ip6.dst=ff02::1:2", { kind: "ipv6Dst", values: [Ipv6Addr.parse("ff02::1:2")] }],
    [
      "inner.ip.proto=ICMP,IGMP,TCP,UDP,ICMPv6,Unknown",
      {
        kind: "ipProtocol",
        values: [IpProtocol.Icmp, IpProtocol.Igmp, IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Icmpv6, 47],
      },
    ],
    ["inner.ulp.src=68", { kind: "srcPort", values: [68] }],
    [
      "inner.ulp.dst=80,=443,∈(1000..=1002)",
      { kind: "dstPort", values: [80, { first: 443, last: 443 }, { first: 1000, last: 1002 }] },
    ],
    ["inner.ulp.dst", { kind: "dstPort", values: [] }],
    ["inner.icmp.type=echo request,=42", { kind: "icmpType", values: [8, 42] }],
    ["inner.icmp.code=0,∈(1..=3)", { kind: "icmpCode", values: [0, { first: 1, last: 3 }] }],
    ["inner.icmp.type∈(router solicitation..=redirect)", { kind: "icmpv6Type", values: [{ first: 133, last: 137 }] }],
    ["inner.icmp.code=7", { kind: "icmpv6Code", values: [7] }],
    ["meta: router-target=ig", { kind: "meta", key: "router-target", value: "ig" }],
    ["!inner.ulp.dst=22", { kind: "not", predicate: { kind: "dstPort", values: [22] } }],
    [
      "any(inner.ip.dst=224.0.0.0/4,inner.ip6.dst=ff00::/8)",
      {
        kind: "any",
        predicates: [
          { kind: "ipv4Dst", values: [Ipv4Cidr.MULTICAST] },
          { kind: "ipv6Dst", values: [Ipv6Cidr.parse("ff00::/8")] },
        ],
      },
    ],
    [
      "all(meta: a=1,!meta: b=2)",
      {
        kind: "all",
        predicates: [
          { kind: "meta", key: "a", value: "1" },
          { kind: "not", predicate: { kind: "meta", key: "b", value: "2" } },
        ],
      },
    ],
  ])("is %s", (text, predicate) => {
    expect(predicateText(predicate)).toBe(text);
  });

  it.each([
    [
      [0, 3, 5, 8, 9, 10, 11, 12, 13, 14, 4],
      "icmpType",
      "inner.icmp.type=echo reply,=destination unreachable,=message redirect,=echo request,=router advertisement,=router solicitation,=time exceeded,=parameter problem,=timestamp,=timestamp reply,=4",
    ],
    [
      [1, 2, 3, 4, 128, 129, 130, 133, 134, 135, 136, 137, 143, 155, 131],
      "icmpv6Type",
      "inner.icmp.type=destination unreachable,=packet too big,=time exceeded,=parameter problem,=echo request,=echo reply,=multicast listener query,=router solicitation,=router advertisement,=neighbor solicitation,=neighbor advert,=redirect,=multicast listener report,=RPL control message,=131",
    ],
  ] as const)("names message types %j of %s", (values, kind, text) => {
    expect(predicateText({ kind, values })).toBe(text);
  });
});

describe("the text of a data predicate", () => {
  it.each<[string, DataPredicate]>([
    [
      "dhcp.msg_type=Discover,=Offer,=Request,=Decline,=Ack,=Nak,=Release,=Inform,=Unknown: 9",
      { kind: "dhcpMessageType", values: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
    ],
    [
      "dhcpv6.msg_type=Solicit,=Advertise,=Request,=Confirm,=Renew,=Reply,=InformationRequest,=Other(6)",
      { kind: "dhcpv6MessageType", values: [1, 2, 3, 4, 5, 7, 11, 6] },
    ],
    [
      "!dhcpv6.msg_type∈(Solicit..=Request)",
      { kind: "not", predicate: { kind: "dhcpv6MessageType", values: [{ first: 1, last: 3 }] } },
    ],
  ])("is %s", (text, predicate) => {
    expect(dataPredicateText(predicate)).toBe(text);
  });
});
