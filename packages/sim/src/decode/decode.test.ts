import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFrame } from "./decode.js";
import { summarizeFrame } from "./frame-summary.js";

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"));

const ETHER = "a84025ff7777 a84025fafa37";
const IPV4_HEAD = "4500 0000 1234 4000 40";
const IPV4_ENDS = "abcd ac1e0005 08080808";
const IPV6_ENDS = "fd000000000000000000000000000005 20010db8000000000000000000000001";

const ARP = `ffffffffffff a84025fafa37 0806 0001 0800 06 04 0001 a84025fafa37 ac1e0005 000000000000 ac1e0001`;
const TCP = `${ETHER} 0800 ${IPV4_HEAD} 06 ${IPV4_ENDS} ac8a 0050 00000001 00000002 6012 ffff beef 0000 020405b4`;
const ECHO = `${ETHER} 0800 ${IPV4_HEAD} 01 ${IPV4_ENDS} 08 00 f7f7 0007 0001 6162`;
const DHCP = [
  `ffffffffffff a84025fafa37 0800 ${IPV4_HEAD} 11 abcd 00000000 ffffffff 0044 0043 0000 0000`,
  `01 01 06 00 3903f326 0000 0000 00000000 00000000 00000000 00000000 a84025fafa37 ${"00".repeat(10 + 64 + 128)}`,
  `63825363 35 01 01 00 37 02 01 03 ff 0000`,
].join("");
const DHCPV6 = `${ETHER} 86dd 60000000 0000 11 01 ${IPV6_ENDS} 0222 0223 0000 0000 01 abcdef 0008 0002 0000`;
const NS = `${ETHER} 86dd 60000000 0020 3a ff ${IPV6_ENDS} 87 00 1111 00000000 fe80000000000000aa4025fffeff7777 01 01 a84025fafa37`;
const EXTENSIONS = `${ETHER} 86dd 6b812345 0020 00 40 ${IPV6_ENDS} 2c 00 010400000000 11 00 0001 0000002a 0035 0401 0008 0000`;
const GENEVE = [
  `000000000000 000000000000 86dd 60000000 004e 11 80 ${IPV6_ENDS} beef 17c1 004e 0000`,
  `02 00 6558 000063 00 0129 02 01 00000000`,
  ECHO,
].join("");

/** Values of a decoded frame as `layer field: value`. */
const fields = (hex: string): string[] =>
  decodeFrame(bytes(hex)).flatMap((layer) => layer.fields.map((each) => `${layer.name} ${each.name}: ${each.value}`));

const layers = (hex: string): string[] => decodeFrame(bytes(hex)).map((layer) => layer.name);

describe("decodeFrame", () => {
  it("names the fields of ARP", () => {
    expect(fields(ARP)).toEqual([
      "Ethernet dst: FF:FF:FF:FF:FF:FF",
      "Ethernet src: A8:40:25:FA:FA:37",
      "Ethernet type: 0x0806",
      "ARP htype: 1",
      "ARP ptype: 0x0800",
      "ARP hlen: 6",
      "ARP plen: 4",
      "ARP op: 1",
      "ARP sha: A8:40:25:FA:FA:37",
      "ARP spa: 172.30.0.5",
      "ARP tha: 00:00:00:00:00:00",
      "ARP tpa: 172.30.0.1",
    ]);
  });

  it("splits the bit fields of IPv4 and TCP", () => {
    expect(fields(TCP).slice(3)).toEqual([
      "IPv4 version: 4",
      "IPv4 ihl: 5",
      "IPv4 dscp: 0",
      "IPv4 ecn: 0",
      "IPv4 total length: 0",
      "IPv4 id: 0x1234",
      "IPv4 flags: 2",
      "IPv4 fragment offset: 0",
      "IPv4 ttl: 64",
      "IPv4 protocol: 6",
      "IPv4 checksum: 0xabcd",
      "IPv4 src: 172.30.0.5",
      "IPv4 dst: 8.8.8.8",
      "TCP src port: 44170",
      "TCP dst port: 80",
      "TCP seq: 1",
      "TCP ack: 2",
      "TCP data offset: 6",
      "TCP flags: SYN ACK",
      "TCP window: 65535",
      "TCP checksum: 0xbeef",
      "TCP urgent: 0",
      "TCP options: 020405b4",
    ]);
  });

  it("walks the extension headers of IPv6", () => {
    expect(layers(EXTENSIONS)).toEqual(["Ethernet", "IPv6", "IPv6 hop-by-hop", "IPv6 fragment", "UDP"]);
    expect(fields(EXTENSIONS)).toEqual(
      expect.arrayContaining([
        "IPv6 dscp: 46",
        "IPv6 ecn: 0",
        "IPv6 flow label: 0x12345",
        "IPv6 fragment more fragments: 1",
      ]),
    );
  });

  it("does not take the payload of a later fragment for a header", () => {
    expect(layers(TCP.replace("4000 40", "0001 40"))).toEqual(["Ethernet", "IPv4", "payload"]);
  });

  it("marks what lies inside a Geneve tunnel, and names Oxide's options", () => {
    expect(layers(GENEVE)).toEqual([
      "Ethernet",
      "IPv6",
      "UDP",
      "Geneve",
      "inner Ethernet",
      "inner IPv4",
      "inner ICMP",
      "inner payload",
    ]);
    expect(fields(GENEVE)).toEqual(
      expect.arrayContaining(["Geneve vni: 99", "Geneve option MSS data: 00000000", "inner ICMP id: 7"]),
    );
  });

  it("reads the options of DHCP, DHCPv6 and neighbour discovery", () => {
    expect(fields(DHCP).slice(-4)).toEqual([
      "DHCP message type: Discover",
      "DHCP option 55: 0103",
      "DHCP end: present",
      "payload bytes: 0000",
    ]);
    expect(fields(DHCPV6).slice(-3)).toEqual([
      "DHCPv6 message type: Solicit",
      "DHCPv6 xid: 0xabcdef",
      "DHCPv6 option 8: 0000",
    ]);
    expect(fields(NS).slice(-2)).toEqual(["ICMPv6 target: fe80::aa40:25ff:feff:7777", "ICMPv6 option 1: a84025fafa37"]);
  });

  it("shows how far a frame that was cut short goes", () => {
    expect(fields(ARP).slice(0, 8)).toEqual(fields(ARP.slice(0, 60)).slice(0, 8));
    expect(layers(ARP.replaceAll(" ", "").slice(0, 62))).toEqual(["Ethernet", "ARP", "truncated"]);
    expect(decodeFrame(new Uint8Array())).toEqual([
      { name: "Ethernet", offset: 0, fields: [] },
      { name: "truncated", offset: 0, fields: [] },
    ]);
  });

  it("tells where each field stands", () => {
    const arp = decodeFrame(bytes(ARP))[1];
    expect(arp?.offset).toBe(14);
    expect(arp?.fields.find((each) => each.name === "tpa")?.offset).toBe(38);
  });

  it("never throws, whatever the bytes", () => {
    const frames = [ARP, TCP, ECHO, DHCP, DHCPV6, NS, EXTENSIONS, GENEVE].map(bytes);
    const mutation = fc.record({
      frame: fc.constantFrom(...frames),
      length: fc.nat({ max: 330 }),
      changes: fc.array(fc.tuple(fc.nat({ max: 329 }), fc.nat({ max: 255 })), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(mutation, ({ frame, length, changes }) => {
        const mutated = frame.slice(0, length);
        for (const [at, value] of changes) if (at < mutated.length) mutated[at] = value;
        expect(decodeFrame(mutated).length).toBeGreaterThan(0);
        expect(summarizeFrame(mutated)).not.toBe("");
      }),
      { seed: 2, numRuns: 5000 },
    );
  });
});

describe("summarizeFrame", () => {
  it.each([
    [ARP, "ARP who has 172.30.0.1, tell 172.30.0.5"],
    [ARP.replace("0001 a84025", "0002 a84025"), "ARP 172.30.0.5 is at A8:40:25:FA:FA:37"],
    [TCP, "IPv4 172.30.0.5 > 8.8.8.8 TCP 44170 > 80 SYN ACK"],
    [ECHO, "IPv4 172.30.0.5 > 8.8.8.8 ICMP echo request id 7 seq 1"],
    [DHCP, "IPv4 0.0.0.0 > 255.255.255.255 UDP 68 > 67 DHCP Discover"],
    [DHCPV6, "IPv6 fd00::5 > 2001:db8::1 UDP 546 > 547 DHCPv6 Solicit"],
    [NS, "IPv6 fd00::5 > 2001:db8::1 ICMPv6 neighbor solicitation for fe80::aa40:25ff:feff:7777"],
    [GENEVE, "Geneve vni 99: IPv4 172.30.0.5 > 8.8.8.8 ICMP echo request id 7 seq 1"],
    [`${ETHER} 8100 0001`, "Ethernet A8:40:25:FA:FA:37 > A8:40:25:FF:77:77 type 0x8100"],
    [ETHER, "Ethernet A8:40:25:FA:FA:37 > A8:40:25:FF:77:77 type ? (truncated)"],
    [ARP.replaceAll(" ", "").slice(0, 64), "ARP who has ?, tell 172.30.0.5 (truncated)"],
  ])("puts a frame in one line", (hex, line) => {
    expect(summarizeFrame(bytes(hex))).toBe(line);
  });
});
