import { Ipv4Addr, Ipv6Addr, MacAddr, Vni } from "opte-api";
import { describe, expect, it } from "vitest";
import { innerFrame, tunnelFrame, type OuterSpec } from "../../test/frames.js";
import { fromHex, squeeze, toHex } from "../../test/hairpin-frames.js";
import { guest, parsedOk, TCP4, TUNNEL, tunnelled } from "../../test/parsing.js";
import { BASE, DECAP, ENCAP, ether, fromBase, geneve, ip, mss, rewritten } from "../../test/rewriting.js";
import { Frame, MAX_FRAME_LEN } from "../packet/frame.js";
import { Packet } from "../packet/packet.js";
import { parseGuest } from "../packet/parse.js";
import type { HeaderTransform, IpHeader } from "./header-transform.js";
import { Rewrite } from "./rewrite.js";
import { RewriteStatus } from "./rewrite-status.js";

describe("encapsulation (spec 01 §6.1, §15)", () => {
  const addresses = toHex(Uint8Array.of(...ip.src.bytes, ...ip.dst.bytes));

  it("pushes Ethernet, IPv6, UDP and Geneve with an option in front of the unchanged frame", () => {
    const transform: HeaderTransform = {
      ...ENCAP,
      outerEncap: { kind: "push", header: { ...geneve, options: [mss] } },
    };
    expect(fromBase(transform)).toBe(
      squeeze(`000000000000 000000000000 86dd 60000000 004e 11 80 ${addresses} beef 17c1 004e 0000
               02 00 6558 0004d2 00 0129 02 01 00000000`) + BASE,
    );
  });

  it("counts an extension header in the IPv6 length, but not in that of UDP (test_set_total_len)", () => {
    const header: IpHeader = { ...ip, extensions: [{ kind: "hopByHop", options: [] }] };
    expect(fromBase({ ...ENCAP, outerIp: { kind: "push", header } })).toBe(
      squeeze(`000000000000 000000000000 86dd 60000000 004e 00 80 ${addresses} 1100010400000000
               beef 17c1 0046 0000 00 00 6558 0004d2 00`) + BASE,
    );
  });

  it("pushes IPv4 with its flags, without checksum", () => {
    const header: IpHeader = {
      version: 4,
      src: Ipv4Addr.parse("1.1.1.1"),
      dst: Ipv4Addr.parse("2.2.2.2"),
      protocol: 17,
      flags: 2,
    };
    expect(fromBase({ ...ENCAP, outerIp: { kind: "push", header } })).toBe(
      squeeze(`000000000000 000000000000 86dd 4500 005a 0000 4000 80 11 0000 01010101 02020202
               beef 17c1 0046 0000 00 00 6558 0004d2 00`) + BASE,
    );
  });

  it("pads options to four bytes and leaves the critical flag clear", () => {
    const options = [{ class: 0xffff, type: 0x80, data: Uint8Array.of(1, 2, 3, 4, 5) }];
    const frame = fromBase({ ...ENCAP, outerEncap: { kind: "push", header: { ...geneve, options } } });
    expect(frame.slice(2 * 62, 2 * 82)).toBe(squeeze("03 00 6558 0004d2 00 ffff 80 02 0102030405 000000"));
  });

  it("carries padding inside the tunnel and counts it in the outer lengths", () => {
    const frame = fromHex(rewritten(parsedOk(guest(innerFrame({ ...TCP4, padding: 6 }))), ENCAP));
    expect(frame.length).toBe(70 + 54 + 6);
    expect((frame[18] ?? 0) * 256 + (frame[19] ?? 0)).toBe(frame.length - 54);
    expect((frame[58] ?? 0) * 256 + (frame[59] ?? 0)).toBe(frame.length - 54);
  });

  it("replaces a received encapsulation by the pushed one", () => {
    const inner = innerFrame(TCP4);
    const received = tunnelFrame({ ...TUNNEL, extensions: [[60, 2]], vni: 9 }, inner);
    expect(rewritten(parsedOk(tunnelled(received)), ENCAP)).toBe(rewritten(parsedOk(guest(inner)), ENCAP));
  });

  it("changes pushed headers by later modifications, keeping what these do not name", () => {
    const changed = fromBase(ENCAP, {
      name: "",
      outerEther: { kind: "modify", fields: { dst: MacAddr.BROADCAST } },
      outerIp: { kind: "modify", fields: { version: 6, dst: Ipv6Addr.parse("fd00::c") } },
      outerEncap: { kind: "modify", fields: { vni: Vni.of(77) } },
    });
    const pushed = fromBase({
      name: "",
      outerEther: { kind: "push", header: { ...ether, dst: MacAddr.BROADCAST } },
      outerIp: { kind: "push", header: { ...ip, dst: Ipv6Addr.parse("fd00::c") } },
      outerEncap: { kind: "push", header: { ...geneve, vni: Vni.of(77) } },
    });
    expect(changed).toBe(pushed);
  });

  it("is undone by popping", () => {
    expect(fromBase(ENCAP, DECAP)).toBe(BASE);
  });

  it("says Headroom when the headers do not fit in front of the frame, and leaves the frame where it is", () => {
    const inner = innerFrame(TCP4);
    const bytes = new Uint8Array(69 + inner.length);
    bytes.set(inner, 69);
    const packet = new Packet();
    expect(parseGuest(packet, new Frame(bytes, 69, bytes.length))).toBe(true);
    const rewrite = new Rewrite(packet);
    rewrite.begin();
    rewrite.run(ENCAP);
    expect(rewrite.finish()).toBe(RewriteStatus.Headroom);
    expect(toHex(packet.frame.view())).toBe(toHex(inner));
  });

  it("says FrameTooLong when the frame would be longer than the longest", () => {
    const body = (length: number): Packet => parsedOk(guest(innerFrame({ ...TCP4, padding: length - 54 })));
    const status = (packet: Packet, ...transforms: HeaderTransform[]): RewriteStatus => {
      const rewrite = new Rewrite(packet);
      rewrite.begin();
      for (const transform of transforms) rewrite.run(transform);
      return rewrite.finish();
    };
    expect(status(body(MAX_FRAME_LEN - 70), ENCAP)).toBe(RewriteStatus.Done);
    expect(status(body(MAX_FRAME_LEN - 69), ENCAP)).toBe(RewriteStatus.FrameTooLong);
    expect(status(body(MAX_FRAME_LEN + 1))).toBe(RewriteStatus.FrameTooLong);
  });
});

describe("received outer headers (spec 01 §8)", () => {
  const inner = innerFrame(TCP4);
  const outer: OuterSpec = {
    ...TUNNEL,
    extensions: [[0, 0]],
    dscpEcn: 0xbb,
    options: [{ class: 1, type: 2, words: 1 }],
  };
  const received = tunnelFrame(outer, inner);
  const packetOf = (): Packet => parsedOk(tunnelled(received));
  const hex = toHex(received);
  const IP = 14;
  const UDP = 14 + 48;

  it("are left untouched, byte for byte, when nothing concerns them (roundtrip_emit_parse_unchanged)", () => {
    expect(rewritten(packetOf())).toBe(hex);
    expect(rewritten(packetOf(), { name: "", innerEther: { kind: "modify", fields: {} } })).toBe(hex);
  });

  it("are dropped when popped, the inner frame staying as it is", () => {
    expect(rewritten(packetOf(), DECAP)).toBe(toHex(inner));
  });

  it("may be popped from the outside one by one", () => {
    expect(rewritten(packetOf(), { name: "", outerEther: { kind: "pop" } })).toBe(hex.slice(2 * IP));
    expect(rewritten(packetOf(), { name: "", outerEther: { kind: "pop" }, outerIp: { kind: "pop" } })).toBe(
      hex.slice(2 * UDP),
    );
  });

  it("have their fields changed where they stand", () => {
    const transform: HeaderTransform = {
      name: "",
      outerEther: { kind: "modify", fields: { src: MacAddr.BROADCAST } },
      outerIp: { kind: "modify", fields: { version: 6, src: Ipv6Addr.LOCALHOST, protocol: 99 } },
      outerEncap: { kind: "modify", fields: { vni: Vni.of(0xabcdef) } },
    };
    const expected = received.slice();
    expected.fill(0xff, 6, 12);
    expected.set(Ipv6Addr.LOCALHOST.bytes, IP + 8);
    // The protocol stands in the last header of the chain.
    expected[IP + 40] = 99;
    expected.set([0xab, 0xcd, 0xef], UDP + 12);
    const packet = packetOf();
    expect(rewritten(packet, transform)).toBe(toHex(expected));
    expect(packet.vni).toBe(0xabcdef);
  });

  it("keep everything but the IP length when a header behind them is pushed, congestion marks included", () => {
    const frame = rewritten(packetOf(), { name: "", outerEncap: { kind: "push", header: geneve } });
    const expected = fromHex(hex.slice(0, 2 * UDP));
    const payload = 8 + 16 + inner.length;
    expected.set([payload >> 8, payload & 0xff], IP + 4);
    expect(frame.slice(0, 2 * UDP)).toBe(toHex(expected));
    expect(frame.slice(2 * UDP)).toBe(squeeze("beef 17c1 0046 0000 0000 6558 0004d2 00") + toHex(inner));
  });

  it("are moved whole when a longer or a shorter header behind them is pushed", () => {
    for (const options of [[], [mss, mss, mss]]) {
      const frame = rewritten(packetOf(), { name: "", outerEncap: { kind: "push", header: { ...geneve, options } } });
      expect(frame.slice(0, 2 * (IP + 4))).toBe(hex.slice(0, 2 * (IP + 4)));
      expect(frame.slice(2 * (IP + 6), 2 * UDP)).toBe(hex.slice(2 * (IP + 6), 2 * UDP));
      expect(frame.endsWith(toHex(inner))).toBe(true);
    }
  });

  it("are counted in the length of a new IP header in front of them", () => {
    const frame = rewritten(packetOf(), { name: "", outerIp: { kind: "push", header: ip } });
    expect(frame.slice(0, 2 * IP)).toBe(hex.slice(0, 2 * IP));
    expect(Number.parseInt(frame.slice(2 * (IP + 4), 2 * (IP + 6)), 16)).toBe(received.length - UDP);
    expect(frame.slice(2 * (IP + 40))).toBe(hex.slice(2 * UDP));
  });

  it("let Ethernet alone be replaced", () => {
    const frame = rewritten(packetOf(), { name: "", outerEther: { kind: "push", header: ether } });
    expect(frame).toBe(squeeze("000000000000 000000000000 86dd") + hex.slice(2 * IP));
  });
});
