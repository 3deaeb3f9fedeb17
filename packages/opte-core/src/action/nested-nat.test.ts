import { IpProtocol, Ipv4Addr, Ipv6Addr, type Direction } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makePacket } from "../../test/packets.js";
import type { Packet } from "../packet/packet.js";
import { NestedNat } from "./nested-nat.js";

const private4 = Ipv4Addr.parse("172.30.0.5");
const external4 = Ipv4Addr.parse("10.60.1.20");
const peer4 = Ipv4Addr.parse("8.8.8.8");
const private6 = Ipv6Addr.parse("fd00::5");
const external6 = Ipv6Addr.parse("2001:db8::f1");
const peer6 = Ipv6Addr.parse("2001:db8::8");

const nat4 = new NestedNat(private4, external4);
const nat6 = new NestedNat(private6, external6);

/** The start of a UDP packet over IPv4 with a sound header checksum, as a message quotes it. */
function quote4(src: Ipv4Addr, dst: Ipv4Addr, options: readonly number[] = []): Uint8Array {
  const header = [
    0x45 + options.length / 4,
    0,
    0,
    28,
    0,
    1,
    0,
    0,
    63,
    17,
    0,
    0,
    ...src.bytes,
    ...dst.bytes,
    ...options,
  ];
  const sum = checksum(header);
  header[10] = sum >> 8;
  header[11] = sum & 0xff;
  return Uint8Array.from([...header, 0x04, 0x01, 0, 53, 0, 8, 0xab, 0xcd]);
}

function quote6(src: Ipv6Addr, dst: Ipv6Addr, nextHeader = 17, rest: readonly number[] = [4, 1, 0, 53]): Uint8Array {
  return Uint8Array.from([0x60, 0, 0, 0, 0, rest.length, nextHeader, 63, ...src.bytes, ...dst.bytes, ...rest]);
}

function checksum(header: readonly number[]): number {
  let sum = 0;
  header.forEach((byte, i) => (sum += i % 2 === 0 ? byte << 8 : byte));
  return ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
}

function icmp4(type: number, body: Uint8Array): Packet {
  return makePacket({ src: peer4, dst: private4, proto: IpProtocol.Icmp, icmp: [type, 0, 0], body });
}

function icmp6(type: number, body: Uint8Array): Packet {
  return makePacket({ src: peer6, dst: private6, proto: IpProtocol.Icmpv6, icmp: [type, 0, 0], body });
}

/** The body after the transformation, which must succeed. */
function run(nat: NestedNat, dir: Direction, packet: Packet): Uint8Array {
  expect(nat.run(dir, packet)).toBeUndefined();
  return packet.frame.bytes.slice(packet.body, packet.frame.end);
}

describe("NAT in the packet that an ICMP error quotes", () => {
  it.each([3, 4, 5, 11, 12])("makes the source private on the way in: type %i", (type) => {
    expect(run(nat4, "in", icmp4(type, quote4(external4, peer4)))).toEqual(quote4(private4, peer4));
  });

  it("makes the destination external on the way out (icmp_inner_has_nat_applied)", () => {
    expect(run(nat4, "out", icmp4(3, quote4(peer4, private4)))).toEqual(quote4(peer4, external4));
  });

  it("leaves other addresses alone", () => {
    for (const dir of ["in", "out"] as const) {
      expect(run(nat4, dir, icmp4(3, quote4(peer4, peer4)))).toEqual(quote4(peer4, peer4));
    }
    expect(run(nat4, "in", icmp4(3, quote4(peer4, external4)))).toEqual(quote4(peer4, external4));
    expect(run(nat4, "out", icmp4(3, quote4(private4, peer4)))).toEqual(quote4(private4, peer4));
  });

  it.each([0, 8, 13, 42])("leaves messages alone that quote nothing: type %i", (type) => {
    expect(run(nat4, "in", icmp4(type, quote4(external4, peer4)))).toEqual(quote4(external4, peer4));
  });

  it("covers the options of the quoted header with its checksum", () => {
    const options = [7, 7, 4, 0, 0, 0, 0, 0];
    expect(run(nat4, "in", icmp4(3, quote4(external4, peer4, options)))).toEqual(quote4(private4, peer4, options));
  });

  it("makes the quoted header's checksum anew, even if no address changes", () => {
    const broken = quote4(peer4, peer4);
    broken[10] = 0xff;
    expect(run(nat4, "in", icmp4(3, broken))).toEqual(quote4(peer4, peer4));
  });

  it("leaves a quote alone that ends within its header", () => {
    const short = quote4(external4, peer4).slice(0, 19);
    expect(run(nat4, "in", icmp4(3, short))).toEqual(short);
    const cut = quote4(external4, peer4, [1, 1, 1, 1, 1, 1, 1, 1]).slice(0, 27);
    expect(run(nat4, "in", icmp4(3, cut))).toEqual(cut);
  });
});

describe("NAT in the packet that an ICMPv6 error quotes", () => {
  it.each([1, 2, 3, 4])("makes the source private on the way in (icmpv6_inner_has_nat_applied): type %i", (type) => {
    expect(run(nat6, "in", icmp6(type, quote6(external6, peer6)))).toEqual(quote6(private6, peer6));
  });

  it("makes the destination external on the way out", () => {
    expect(run(nat6, "out", icmp6(1, quote6(peer6, private6)))).toEqual(quote6(peer6, external6));
  });

  it.each([0, 5, 128, 129, 138])("leaves messages alone that quote nothing: type %i", (type) => {
    expect(run(nat6, "in", icmp6(type, quote6(external6, peer6)))).toEqual(quote6(external6, peer6));
  });

  it("reads through the extension headers of the quote", () => {
    const rest = [44, 0, 1, 4, 0, 0, 0, 0, 17, 9, 0, 0, 0, 0, 0, 0, 4, 1, 0, 53];
    expect(run(nat6, "in", icmp6(1, quote6(external6, peer6, 0, rest)))).toEqual(quote6(private6, peer6, 0, rest));
  });

  it.each([
    ["its fixed header", quote6(external6, peer6).slice(0, 39)],
    ["an extension header", quote6(external6, peer6, 60, [17, 1, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ["the start of an extension header", quote6(external6, peer6, 60, [17])],
  ])("leaves a quote alone that ends within %s", (_name, quote) => {
    expect(run(nat6, "in", icmp6(1, quote))).toEqual(quote);
  });
});

describe("NAT in the packet that a redirect quotes", () => {
  const linkLayer = [2, 1, 0xa8, 0x40, 0x25, 0xff, 0x77, 0x77];
  const fixed = new Uint8Array(32).fill(4);

  function redirect(quote: Uint8Array, length = (quote.length + 8) / 8): Uint8Array {
    return Uint8Array.from([...fixed, ...linkLayer, 4, length, 0, 0, 0, 0, 0, 0, ...quote]);
  }

  const rest = [4, 1, 0, 53, 0, 8, 0, 0];

  it("goes into every redirected-header option", () => {
    const [before, after] = [quote6(external6, peer6, 17, rest), quote6(private6, peer6, 17, rest)];
    expect(run(nat6, "in", icmp6(137, redirect(before)))).toEqual(redirect(after));
    const [back, forth] = [quote6(peer6, private6, 17, rest), quote6(peer6, external6, 17, rest)];
    expect(run(nat6, "out", icmp6(137, redirect(back)))).toEqual(redirect(forth));
  });

  it.each([0, 200])("stops at an option of an impossible length: %i", (length) => {
    const body = redirect(quote6(external6, peer6, 17, rest), length);
    expect(run(nat6, "in", icmp6(137, body))).toEqual(body);
  });

  it("does not read beyond the option", () => {
    const body = redirect(quote6(external6, peer6, 17, rest), 5);
    expect(run(nat6, "in", icmp6(137, body))).toEqual(body);
  });

  it.each([
    [133, 0],
    [134, 8],
    [135, 16],
    [136, 16],
  ])("finds the options of type %i at %i", (type, at) => {
    const option = (quote: Uint8Array): number[] => [...new Uint8Array(at).fill(4), 4, 7, 0, 0, 0, 0, 0, 0, ...quote];
    const body = Uint8Array.from(option(quote6(external6, peer6, 17, rest)));
    const expected = Uint8Array.from(option(quote6(private6, peer6, 17, rest)));
    expect(run(nat6, "in", icmp6(type, body))).toEqual(expected);
  });
});

describe("NAT in a body", () => {
  it("is for ICMP of its family alone", () => {
    expect(nat4.run("in", makePacket({ proto: IpProtocol.Udp, body: Uint8Array.of(1) }))).toEqual({
      kind: "incompatible",
    });
    expect(nat4.run("in", icmp6(1, Uint8Array.of(1)))).toEqual({ kind: "incompatible" });
    expect(nat6.run("in", icmp4(3, Uint8Array.of(1)))).toEqual({ kind: "incompatible" });
  });

  it("needs a body", () => {
    expect(nat4.run("in", icmp4(3, new Uint8Array(0)))).toEqual({ kind: "noPayload" });
  });

  it("stays within the packet, whatever the body", () => {
    const bodies = fc.uint8Array({ minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(
        fc.constantFrom<Direction>("in", "out"),
        fc.constantFrom(1, 2, 3, 4, 5, 11, 133, 137),
        bodies,
        (dir, type, body) => {
          for (const [nat, packet] of [
            [nat4, icmp4(type, body)],
            [nat6, icmp6(type, body)],
          ] as const) {
            const before = packet.frame.bytes.slice(0, packet.body);
            const length = packet.frame.bytes.length;
            nat.run(dir, packet);
            expect(packet.frame.bytes.slice(0, packet.body)).toEqual(before);
            expect(packet.frame.bytes).toHaveLength(length);
            expect(packet.frame.bytes.slice(packet.frame.end).every((byte) => byte === 0)).toBe(true);
          }
        },
      ),
    );
  });

  it("prints its addresses", () => {
    expect(nat4.text).toBe("[nested]: 172.30.0.5 <=> 10.60.1.20");
    expect(nat6.text).toBe("[nested]: fd00::5 <=> 2001:db8::f1");
  });
});
