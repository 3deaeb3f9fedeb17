import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { innerFrame, tunnelFrame } from "../../test/frames.js";
import { guest, parsedOk, TCP4, TCP6, tunnelled, TUNNEL } from "../../test/parsing.js";
import { anyInner, anyOuter } from "../../test/random-frames.js";
import type { ParseErrorValue } from "./parse-error.js";

type HeaderError = ParseErrorValue & { readonly kind: "header" };

const tooSmall = (header: HeaderError["header"]): ParseErrorValue => ({ kind: "header", header, error: "TooSmall" });
const unwanted = (header: HeaderError["header"]): ParseErrorValue => ({ kind: "header", header, error: "Unwanted" });
const reject: ParseErrorValue = { kind: "header", header: "outer_udp", error: "Reject" };

const UDP4 = { ...TCP4, proto: 17 };

/** `bytes` with those from `at` on replaced. */
function patch(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const patched = bytes.slice();
  patched.set(values, at);
  return patched;
}

function tunnel(spec: Parameters<typeof tunnelFrame>[0] = TUNNEL): Uint8Array {
  return tunnelFrame(spec, innerFrame(TCP4));
}

/** Every order of every subset of `items`. */
function arrangements<T>(items: readonly T[]): T[][] {
  return [
    [],
    ...items.flatMap((item) => arrangements(items.filter((other) => other !== item)).map((rest) => [item, ...rest])),
  ];
}

describe("parseGuest: the structure of a frame (spec 01 §4.4)", () => {
  const v4 = innerFrame(TCP4);

  it("refuses the empty frame and one of 13 bytes (zero_byte_packet)", () => {
    expect(guest(new Uint8Array(0))).toEqual(tooSmall("inner_eth"));
    expect(guest(v4.slice(0, 13))).toEqual(tooSmall("inner_eth"));
  });

  it("refuses an Ethernet header with nothing behind it, whatever its type", () => {
    for (const type of [0x0800, 0x86dd, 0x0806, 0x8100]) {
      expect(guest(patch(v4.slice(0, 14), 12, type >> 8, type & 0xff))).toEqual(tooSmall("inner_eth"));
    }
  });

  it("takes ARP with one byte behind the Ethernet header as the default flow, all else being body (chunks_present_on_early_accept)", () => {
    const packet = parsedOk(guest(patch(v4.slice(0, 15), 12, 0x08, 0x06)));
    expect(packet.flow.isDefault).toBe(true);
    expect(packet.frame.end - packet.body).toBe(1);
    expect([packet.ip, packet.ulp, packet.ipVersion]).toEqual([-1, -1, 0]);
  });

  it.each([
    ["802.1Q", 0x81, 0x00],
    ["LLDP", 0x88, 0xcc],
    ["a length instead of a type", 0x00, 0x2e],
  ])("refuses %s as no L3 of ours", (_, high, low) => {
    expect(guest(patch(v4, 12, high, low))).toEqual(unwanted("inner_l3"));
  });

  it("refuses an IPv4 header alone, its label being the header that is complete", () => {
    expect(guest(v4.slice(0, 34))).toEqual(tooSmall("inner_l3"));
  });

  it("finds no upper layer of ours in IGMP, GRE, ESP, AH, SCTP and no-next-header", () => {
    for (const proto of [2, 47, 50, 51, 132, 59]) {
      expect(guest(patch(v4, 23, proto))).toEqual(unwanted("inner_ulp"));
      expect(guest(patch(innerFrame(TCP6), 20, proto))).toEqual(unwanted("inner_ulp"));
    }
  });

  it("refuses options of IPv4 and TCP that run past the end", () => {
    expect(guest(patch(v4, 14, 0x4f))).toEqual(tooSmall("inner_l3"));
    expect(guest(patch(v4, 46, 0xf0))).toEqual(tooSmall("inner_ulp"));
  });

  it("reads a TCP data offset below 5 as 5", () => {
    const packet = parsedOk(guest(patch(v4, 46, 0x10)));
    expect(packet.ulpLen).toBe(20);
  });

  it("reads the payload of a later fragment as an upper-layer header, for IPv4 and IPv6", () => {
    expect(parsedOk(guest(patch(v4, 20, 0x00, 0xb9))).flow.toString()).toBe("TCP:10.0.0.1:4660:10.0.0.2:80");
    const frame = innerFrame({ ...TCP6, extensions: [[44, 0]] });
    expect(parsedOk(guest(patch(frame, 56, 0x05, 0xa8))).flow.toString()).toBe("TCP:fd00::1:4660:fd00::2:80");
    expect(guest(patch(v4, 20, 0x00, 0xb9).slice(0, 40))).toEqual(tooSmall("inner_ulp"));
  });

  it("walks every arrangement of IPv6 extension headers (test_extension_header_lengths_ok, parse_ipv6_extension_headers_ok)", () => {
    const kinds = [
      [0, 0],
      [43, 1],
      [44, 0],
      [254, 2],
    ] as const;
    for (const extensions of arrangements(kinds)) {
      const frame = innerFrame({ ...TCP6, extensions });
      const packet = parsedOk(guest(frame));
      const length = extensions.reduce((sum, [, units]) => sum + 8 + 8 * units, 40);
      expect(packet.ipLen).toBe(length);
      expect(packet.ulp - packet.frame.start).toBe(14 + length);
      expect(packet.proto).toBe(6);
      expect(packet.frame.bytes[packet.protoAt]).toBe(6);
    }
  });

  it("takes destination options in front of hop-by-hop, and two fragment headers (v6_repeat_extension_headers)", () => {
    for (const extensions of [
      [[60, 0] as const, [0, 0] as const],
      [[44, 0] as const, [44, 0] as const],
    ]) {
      expect(parsedOk(guest(innerFrame({ ...TCP6, extensions }))).proto).toBe(6);
    }
  });

  it("refuses an IPv6 extension that runs past the end, and a chain that ends with the frame", () => {
    const frame = innerFrame({ ...TCP6, extensions: [[0, 0]] });
    expect(guest(patch(frame, 55, 0xff))).toEqual(tooSmall("inner_l3"));
    expect(guest(frame.slice(0, 62))).toEqual(tooSmall("inner_l3"));
    expect(guest(frame.slice(0, 55))).toEqual(tooSmall("inner_l3"));
  });

  it("names the header in which a frame is cut, at every length (straddle_failure, parse_reports_error_location)", () => {
    for (const spec of [TCP4, TCP6, { ...TCP6, extensions: [[0, 1] as const] }]) {
      const frame = innerFrame(spec);
      const ulp = frame.length - 20;
      for (let length = 0; length < frame.length; length++) {
        const header = length <= 14 ? "inner_eth" : length <= ulp ? "inner_l3" : "inner_ulp";
        expect(guest(frame.slice(0, length))).toEqual(tooSmall(header));
      }
    }
  });

  it("counts padding behind the packet as body (small_packet_with_padding, udp6_packet_with_padding)", () => {
    for (const spec of [TCP4, { ...TCP6, proto: 17 }]) {
      const packet = parsedOk(guest(innerFrame({ ...spec, padding: 7 })));
      expect(packet.frame.end - packet.body).toBe(7);
    }
  });

  it("takes ICMPv6 over IPv4 and ICMP over IPv6", () => {
    expect(parsedOk(guest(innerFrame({ ...TCP4, proto: 58 }))).proto).toBe(58);
    expect(parsedOk(guest(innerFrame({ ...TCP6, proto: 1 }))).proto).toBe(1);
  });
});

describe("parseGuest: values (spec 01 §4.3)", () => {
  const v4 = innerFrame(TCP4);
  const v6 = innerFrame(TCP6);

  it("checks the IPv4 version, then the header length, which below 5 is read as 5", () => {
    expect(guest(patch(v4, 14, 0x54))).toEqual({
      kind: "illegal_value",
      field: "Ipv4.version",
      expected: 4,
      actual: 5,
    });
    expect(guest(patch(v4, 14, 0x43))).toEqual({ kind: "illegal_value", field: "Ipv4.ihl", expected: 5, actual: 3 });
  });

  it("checks the IPv4 total length against the header and the frame (bad_ip_len)", () => {
    expect(guest(patch(v4, 16, 0, 4))).toEqual({
      kind: "bad_length",
      field: "Ipv4.total_len(min)",
      expected: 20,
      actual: 4,
    });
    expect(guest(patch(v4, 16, 0, 41))).toEqual({
      kind: "bad_length",
      field: "Ipv4.total_len",
      expected: 40,
      actual: 41,
    });
    expect(parsedOk(guest(patch(v4, 16, 0, 20))).proto).toBe(6);
  });

  it("checks the IPv6 version and payload length, 0 being accepted (bad_ipv6_version_caught)", () => {
    expect(guest(patch(v6, 14, 0x00))).toEqual({
      kind: "illegal_value",
      field: "Ipv6.version",
      expected: 6,
      actual: 0,
    });
    expect(guest(patch(v6, 18, 0, 21))).toEqual({
      kind: "bad_length",
      field: "Ipv6.payload_len",
      expected: 20,
      actual: 21,
    });
    expect(parsedOk(guest(patch(v6, 18, 0, 0))).proto).toBe(6);
  });

  it("checks the UDP length against the frame alone, anything smaller being accepted", () => {
    const udp = innerFrame(UDP4);
    expect(guest(patch(udp, 38, 0, 9))).toEqual({ kind: "bad_length", field: "Udp.length", expected: 8, actual: 9 });
    for (const length of [0, 7, 8]) expect(parsedOk(guest(patch(udp, 38, 0, length))).proto).toBe(17);
    const padded = innerFrame({ ...UDP4, padding: 4 });
    expect(parsedOk(guest(patch(padded, 38, 0, 12))).proto).toBe(17);
  });

  it("reports structure before values", () => {
    expect(guest(patch(v4, 14, 0x5f))).toEqual(tooSmall("inner_l3"));
    expect(guest(patch(patch(v4, 14, 0x55), 23, 2))).toEqual(unwanted("inner_ulp"));
  });
});

describe("parseGuest: the flow id (spec 01 §5.1)", () => {
  it.each([
    ["TCP", TCP4, "TCP:10.0.0.1:4660:10.0.0.2:80"],
    ["UDP over IPv6", { ...TCP6, proto: 17 }, "UDP:fd00::1:4660:fd00::2:80"],
    ["an ICMP echo request", { ...TCP4, proto: 1, info: [0x0800, 7] as const }, "ICMP/8/0:10.0.0.1:10.0.0.2:7"],
    ["an ICMP echo reply", { ...TCP4, proto: 1, info: [0x0000, 7] as const }, "ICMP/0/0:10.0.0.1:10.0.0.2:7"],
    ["an echo request with a code", { ...TCP4, proto: 1, info: [0x0801, 7] as const }, "ICMP/8/1:10.0.0.1:10.0.0.2:0"],
    ["an ICMP error", { ...TCP4, proto: 1, info: [0x0301, 7] as const }, "ICMP/3/1:10.0.0.1:10.0.0.2:0"],
    ["an ICMPv6 echo request", { ...TCP6, proto: 58, info: [0x8000, 7] as const }, "ICMPv6/128/0:fd00::1:fd00::2:7"],
    ["an ICMPv6 echo reply", { ...TCP6, proto: 58, info: [0x8100, 7] as const }, "ICMPv6/129/0:fd00::1:fd00::2:7"],
    ["a neighbor solicitation", { ...TCP6, proto: 58, info: [0x8700, 7] as const }, "ICMPv6/135/0:fd00::1:fd00::2:0"],
    ["TCP behind extension headers", { ...TCP6, extensions: [[0, 1] as const] }, "TCP:fd00::1:4660:fd00::2:80"],
  ])("of %s", (_, spec, text) => {
    expect(parsedOk(guest(innerFrame(spec))).flow.toString()).toBe(text);
  });

  it("forgets the addresses of an IPv6 packet when an IPv4 packet follows", () => {
    const packet = parsedOk(guest(innerFrame(TCP6)));
    const fresh = parsedOk(guest(innerFrame(TCP4)));
    expect(fresh.flow.equals(packet.flow)).toBe(false);
    expect([...fresh.flow.words.subarray(1, 4), ...fresh.flow.words.subarray(5, 8)]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe("parseGeneve", () => {
  const frame = tunnel();
  const outer = 14 + 40 + 8 + 8;

  it("finds every header of a tunnelled frame (test_tunnelled_unconditionals)", () => {
    const packet = parsedOk(tunnelled(frame));
    const { start } = packet.frame;
    expect([
      packet.outerEther,
      packet.outerIp,
      packet.outerUdp,
      packet.geneve,
      packet.ether,
      packet.ip,
      packet.ulp,
    ]).toEqual([0, 14, 54, 62, 70, 84, 104].map((offset) => start + offset));
    expect([packet.outerIpLen, packet.geneveLen, packet.ipLen, packet.ulpLen]).toEqual([40, 8, 20, 20]);
    expect(packet.vni).toBe(1234);
    expect(packet.flow.toString()).toBe("TCP:10.0.0.1:4660:10.0.0.2:80");
  });

  it("names the header in which a frame is cut, at every length", () => {
    const ends = [
      [14, "outer_eth"],
      [54, "outer_v6"],
      [62, "outer_udp"],
      [70, "outer_encap"],
      [84, "inner_eth"],
      [104, "inner_l3"],
      [123, "inner_ulp"],
    ] as const;
    for (let length = 0; length < frame.length; length++) {
      const header = ends.find(([end]) => length <= end)?.[1] ?? "inner_ulp";
      expect(tunnelled(frame.slice(0, length))).toEqual(tooSmall(header));
    }
  });

  it("wants IPv6 outside; a whole IPv4 header is unwanted, a cut one too small", () => {
    const v4 = patch(frame, 12, 0x08, 0x00, 0x45);
    expect(tunnelled(v4)).toEqual(unwanted("outer_v6"));
    expect(tunnelled(v4.slice(0, 30))).toEqual(tooSmall("outer_v6"));
    expect(tunnelled(patch(frame, 12, 0x81, 0x00))).toEqual(unwanted("outer_v6"));
  });

  it("wants UDP outside: other protocols are unwanted, but TCP and other ports are no tunnel of ours", () => {
    expect(tunnelled(patch(frame, 20, 58))).toEqual(unwanted("outer_udp"));
    expect(tunnelled(patch(frame, 20, 6))).toEqual(reject);
    expect(tunnelled(patch(frame, 56, 0x12, 0xb5))).toEqual(reject);
  });

  it("makes no exception for ARP inside the tunnel", () => {
    expect(tunnelled(patch(frame, outer + 12, 0x08, 0x06))).toEqual(unwanted("inner_l3"));
  });

  it("takes hop-by-hop options in front of UDP (test_v6_ext_hdr_geneve_offset_ok)", () => {
    const packet = parsedOk(tunnelled(tunnel({ ...TUNNEL, extensions: [[0, 1]], vni: 77 })));
    expect(packet.outerIpLen).toBe(56);
    expect(packet.vni).toBe(77);
  });

  it("does not look at protocol type, control flag, reserved bits, source port, checksum and outer MACs", () => {
    for (const at of [0, 6, 21, 54, 60, 64, 65, 69]) expect(parsedOk(tunnelled(patch(frame, at, 0x3a))).vni).toBe(1234);
    expect(parsedOk(tunnelled(patch(frame, 63, 0xbf))).vni).toBe(1234);
  });

  it("checks values from the outside in: IPv6, UDP, Geneve, inner L3, inner upper layer", () => {
    const broken = [
      [14, 0x50, { kind: "illegal_value", field: "Ipv6.version", expected: 6, actual: 5 }],
      [58, 0x09, { kind: "bad_length", field: "Udp.length", expected: 70, actual: 2374 }],
      [62, 0x40, { kind: "illegal_value", field: "Geneve.version", expected: 0, actual: 1 }],
      [84, 0x55, { kind: "illegal_value", field: "Ipv4.version", expected: 4, actual: 5 }],
    ] as const;
    for (const [i, [, , error]] of broken.entries()) {
      const bytes = broken.slice(i).reduce((all, [at, value]) => patch(all, at, value), frame);
      expect(tunnelled(bytes)).toEqual(error);
    }
  });

  it("compares outer lengths with the frame alone: they may be far too small", () => {
    expect(parsedOk(tunnelled(patch(patch(frame, 18, 0, 0), 58, 0, 0))).vni).toBe(1234);
  });
});

describe("parseGeneve: options (spec 01 §11)", () => {
  const withOptions = (
    flags: number,
    ...options: (readonly [optionClass: number, type: number, words: number])[]
  ): Uint8Array =>
    tunnel({
      ...TUNNEL,
      flags,
      options: options.map(([optionClass, type, words]) => ({ class: optionClass, type, words })),
    });
  const CRITICAL = 0x40;

  it("walks one and several options, unknown ones included (parse_single_opt, parse_multi_opt, varlen_geneve)", () => {
    expect(parsedOk(tunnelled(withOptions(0, [0x0129, 0, 0]))).geneveLen).toBe(12);
    const three = parsedOk(tunnelled(withOptions(0, [0x0129, 0, 0], [0xffff, 0x05, 3], [0x0129, 2, 1])));
    expect(three.geneveLen).toBe(8 + 4 + 16 + 8);
    expect(three.ether - three.geneve).toBe(three.geneveLen);
  });

  it("wants options to tile their area, whether or not the critical flag is set", () => {
    for (const flags of [0, CRITICAL]) {
      const frame = withOptions(flags, [0x0129, 2, 1]);
      expect(tunnelled(patch(frame, 73, 0x02))).toEqual(tooSmall("outer_encap"));
      expect(tunnelled(patch(frame, 73, 0x00, 0, 0, 0, 1))).toEqual(tooSmall("outer_encap"));
    }
  });

  it("ignores unknown critical options while the flag is clear", () => {
    expect(parsedOk(tunnelled(withOptions(0, [0xffff, 0x80, 0]))).vni).toBe(1234);
  });

  it("refuses unknown critical options once the flag is set, of a foreign class or ours (unknown_crit_option_fails)", () => {
    const unknown = (optionClass: number, type: number): ParseErrorValue => ({
      kind: "unrecognised_tunnel_opt",
      class: optionClass,
      type,
    });
    expect(tunnelled(withOptions(CRITICAL, [0xffff, 0x80, 0]))).toEqual(unknown(0xffff, 0x80));
    expect(tunnelled(withOptions(CRITICAL, [0x0129, 0x80, 0]))).toEqual(unknown(0x0129, 0x80));
    expect(tunnelled(withOptions(CRITICAL, [0x0129, 0, 0], [1, 2, 1], [0xffff, 0x81, 0]))).toEqual(
      unknown(0xffff, 0x81),
    );
  });

  it("accepts the flag with known options only, with unknown ones that are not critical, and with none (RFC 8926 §3.5)", () => {
    for (const options of [
      [],
      [[0x0129, 0, 0]],
      [[0x0129, 1, 2]],
      [
        [0x0129, 2, 1],
        [0xffff, 0x7f, 0],
      ],
    ] as const) {
      expect(parsedOk(tunnelled(withOptions(CRITICAL, ...options))).vni).toBe(1234);
    }
  });

  it("refuses a known option with too little data, if the flag is set", () => {
    expect(tunnelled(withOptions(CRITICAL, [0x0129, 2, 0]))).toEqual(tooSmall("geneve_option"));
    expect(parsedOk(tunnelled(withOptions(0, [0x0129, 2, 0]))).vni).toBe(1234);
  });
});

describe("regressions of the reference's fuzzing (fuzz_regression parse_in, parse_out)", () => {
  it("refuses an outer extension header that is too short", () => {
    const frame = patch(tunnel().slice(0, 55), 20, 0);
    expect(tunnelled(frame)).toEqual(tooSmall("outer_v6"));
  });

  it("refuses an IPv4 header length beyond the body", () => {
    expect(guest(patch(innerFrame(TCP4).slice(0, 40), 14, 0x4f))).toEqual(tooSmall("inner_l3"));
  });

  it("accepts a total length that is shorter than the TCP header", () => {
    expect(parsedOk(guest(patch(innerFrame(TCP4), 16, 0, 24))).ulpLen).toBe(20);
  });
});

describe("any well-formed frame", () => {
  it("parses, alone and in a tunnel, to the same inner headers and flow", () => {
    fc.assert(
      fc.property(anyInner, anyOuter, (inner, outer) => {
        const frame = innerFrame(inner);
        const alone = parsedOk(guest(frame));
        const inside = parsedOk(tunnelled(tunnelFrame(outer, frame)));
        expect(inside.flow.words).toEqual(alone.flow.words);
        expect(inside.body - inside.ether).toBe(alone.body - alone.ether);
        expect(inside.frame.end - inside.ether).toBe(frame.length);
        expect([inside.ipLen, inside.ulpLen, inside.proto]).toEqual([alone.ipLen, alone.ulpLen, alone.proto]);
        expect(inside.vni).toBe(outer.vni);
      }),
    );
  });
});
