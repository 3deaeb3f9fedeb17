import fc from "fast-check";
import { Ipv4Addr, MacAddr } from "opte-api";
import { describe, expect, it } from "vitest";
import { innerFrame, onesSum, pseudoHeader, tunnelFrame, type InnerSpec } from "../../test/frames.js";
import { fromHex, squeeze, toHex } from "../../test/hairpin-frames.js";
import { guest, parsedOk, TCP4, TCP6, TUNNEL, tunnelled } from "../../test/parsing.js";
import { anyChain, anyInner } from "../../test/random-frames.js";
import { BASE, DECAP, ENCAP, fromBase, ip, rewritten } from "../../test/rewriting.js";
import { FIELDS, headerAt, readField, type Field } from "../packet/field-table.js";
import type { Packet } from "../packet/packet.js";
import type { BodyTransform } from "./body-transform.js";
import type { HeaderTransform, IpFields, UlpFields } from "./header-transform.js";
import { Rewrite } from "./rewrite.js";
import { RewriteStatus } from "./rewrite-status.js";

function setIp(fields: IpFields): HeaderTransform {
  return { name: "", innerIp: { kind: "modify", fields } };
}

function setUlp(fields: UlpFields): HeaderTransform {
  return { name: "", innerUlp: { kind: "modify", fields } };
}

const v4 = (text: string): Ipv4Addr => Ipv4Addr.parse(text);

describe("errors (spec 01 §6)", () => {
  const errorOf = (packet: Packet, transform: HeaderTransform): string | undefined => {
    const rewrite = new Rewrite(packet);
    rewrite.begin();
    return rewrite.run(transform);
  };
  const arp = (): Packet => parsedOk(guest(fromHex(`${"ff".repeat(12)}0806${"00".repeat(28)}`)));

  it.each<[string, Partial<HeaderTransform>]>([
    ["outer ether", { outerEther: { kind: "modify", fields: {} } }],
    ["outer IP", { outerIp: { kind: "modify", fields: { version: 6 } } }],
    ["outer encap", { outerEncap: { kind: "modify", fields: {} } }],
    ["inner IP", { innerIp: { kind: "modify", fields: { version: 4 } } }],
    ["inner ULP", { innerUlp: { kind: "modify", fields: {} } }],
  ])("names the missing header %s", (name, transform) => {
    expect(errorOf(arp(), { name: "", ...transform })).toBe(name);
  });

  it("takes a record of the other family for a missing header", () => {
    expect(errorOf(parsedOk(guest(innerFrame(TCP6))), setIp({ version: 4 }))).toBe("inner IP");
    expect(errorOf(parsedOk(guest(innerFrame(TCP4))), setIp({ version: 6 }))).toBe("inner IP");
    const other: HeaderTransform = { name: "", outerIp: { kind: "modify", fields: { version: 4 } } };
    expect(errorOf(parsedOk(tunnelled(tunnelFrame(TUNNEL, innerFrame(TCP4)))), other)).toBe("outer IP");
    expect(
      errorOf(parsedOk(guest(innerFrame(TCP4))), { ...ENCAP, outerIp: { kind: "push", header: ip } }),
    ).toBeUndefined();
  });

  it("finds a popped header missing, and pops an absent one without complaint", () => {
    const packet = parsedOk(tunnelled(tunnelFrame(TUNNEL, innerFrame(TCP4))));
    const rewrite = new Rewrite(packet);
    rewrite.begin();
    expect(rewrite.run(DECAP)).toBeUndefined();
    expect(rewrite.run(DECAP)).toBeUndefined();
    expect(rewrite.run({ name: "", outerEther: { kind: "modify", fields: {} } })).toBe("outer ether");
    expect(rewrite.run({ name: "", outerIp: { kind: "modify", fields: { version: 6 } } })).toBe("outer IP");
    expect(rewrite.run({ name: "", outerEncap: { kind: "modify", fields: {} } })).toBe("outer encap");
  });

  it("keeps what ran before the failing action, and runs nothing after it", () => {
    const packet = parsedOk(guest(innerFrame(TCP4)));
    const transform: HeaderTransform = {
      name: "",
      innerEther: { kind: "modify", fields: { dst: MacAddr.BROADCAST } },
      innerIp: { kind: "modify", fields: { version: 6 } },
      innerUlp: { kind: "modify", fields: { srcPort: 1 } },
    };
    expect(errorOf(packet, transform)).toBe("inner IP");
    expect(toHex(packet.frame.view()).slice(0, 12)).toBe("ffffffffffff");
    expect(packet.flow.toString()).toBe("TCP:10.0.0.1:4660:10.0.0.2:80");
  });
});

describe("inner fields (spec 01 §6, §15)", () => {
  const ipv4Checksum = (frame: string): string => frame.slice(2 * 24, 2 * 26);
  const tcpChecksum = (frame: string): string => frame.slice(2 * 50, 2 * 52);

  it("rewrites source address and port and updates both checksums, a wrong one staying wrong (nat4_rewrite)", () => {
    const frame = fromBase(setIp({ version: 4, src: v4("9.9.9.9") }), setUlp({ srcPort: 1 }));
    expect([ipv4Checksum(frame), tcpChecksum(frame)]).toEqual(["5ebc", "b5ef"]);
    const restored = frame.replace("09090909", "0a000001").replace("00010050", "12340050");
    expect(restored.replace("5ebc", "0000").replace("b5ef", "abcd")).toBe(BASE);
  });

  it("replaces the whole flags byte of TCP", () => {
    const frame = fromBase(setUlp({ tcpFlags: 0x12 }));
    expect([ipv4Checksum(frame), tcpChecksum(frame)]).toEqual(["66cd", "abbd"]);
    expect(frame.slice(2 * 47, 2 * 48)).toBe("12");
  });

  it("leaves a UDP checksum of 0, which means that there is none, and still writes that of IPv4", () => {
    const udp = squeeze(`020000000001 020000000002 0800
      4500 001c 0001 0000 40 11 0000 0a000001 0a000002 1234 0035 0008 0000`);
    const frame = rewritten(parsedOk(guest(fromHex(udp))), setIp({ version: 4, src: v4("9.9.9.9") }));
    expect([ipv4Checksum(frame), frame.slice(-4)]).toEqual(["5ebd", "0000"]);
  });

  it("rewrites the id of an echo request, and nothing else of it", () => {
    const echo = squeeze(`020000000001 020000000002 0800
      4500 001c 0001 0000 40 01 0000 0a000001 0a000002 0800 f7f7 0007 0001`);
    const frame = rewritten(parsedOk(guest(fromHex(echo))), setUlp({ icmpId: 0x4242, srcPort: 1, tcpFlags: 1 }));
    expect([ipv4Checksum(frame), frame.slice(2 * 34)]).toEqual(["66de", "0800b5bc42420001"]);
  });

  it("leaves the id of what is no echo with code 0", () => {
    for (const typeAndCode of [0x0801, 0x0300, 0x8000]) {
      const inner = innerFrame({ ...TCP4, proto: 1, info: [typeAndCode, 7] });
      expect(rewritten(parsedOk(guest(inner)), setUlp({ icmpId: 9 }))).toBe(toHex(inner));
    }
  });

  it("writes an IPv6 protocol into the last header of the chain; the flow takes it, with the ports as parsed", () => {
    const packet = parsedOk(guest(innerFrame({ ...TCP6, extensions: [[0, 0]] })));
    const frame = fromHex(rewritten(packet, setIp({ version: 6, protocol: 17 })));
    expect([frame[20], frame[54]]).toEqual([0, 17]);
    expect(packet.flow.toString()).toBe("UDP:fd00::1:4660:fd00::2:80");
  });

  it("repairs the IPv4 checksum whenever addresses or ports are set, to whatever value", () => {
    expect(ipv4Checksum(fromBase(setUlp({})))).toBe("66cd");
    expect(ipv4Checksum(fromBase(setIp({ version: 4 })))).toBe("66cd");
  });

  it("leaves all checksums, wrong ones too, when MAC addresses alone are set", () => {
    const frame = fromBase({ name: "", innerEther: { kind: "modify", fields: { src: MacAddr.BROADCAST } } });
    expect(frame).toBe(`020000000001ffffffffffff${BASE.slice(24)}`);
  });

  it("sends a UDP checksum that computes to 0 as ffff (RFC 768)", () => {
    const udp: InnerSpec = { ...TCP4, proto: 17, info: [0, 53] };
    const plain = innerFrame(udp);
    // The source port that takes up the whole sum leaves nothing for the checksum.
    const sum = onesSum(pseudoHeader(17, udp.src, udp.dst, 8), Uint8Array.of(0, 0, 0, 53, 0, 8));
    const packet = parsedOk(guest(plain));
    const frame = rewritten(packet, setUlp({ srcPort: 0xffff - sum }));
    expect(frame.slice(-4)).toBe("ffff");
  });
});

describe("body transformations (spec 01 §9)", () => {
  const flip: BodyTransform = {
    text: "flip",
    run: (_dir, { frame, body }) => {
      frame.bytes[body] = (frame.bytes[body] ?? 0) ^ 0xff;
      return undefined;
    },
  };
  const begun = (spec: InnerSpec): { readonly packet: Packet; readonly rewrite: Rewrite } => {
    const packet = parsedOk(guest(innerFrame(spec)));
    const rewrite = new Rewrite(packet);
    rewrite.begin();
    return { packet, rewrite };
  };

  it("fail on an empty body, the packet staying unmodified", () => {
    const spec: InnerSpec = { ...TCP4, checksumError: 5 };
    const { packet, rewrite } = begun(spec);
    expect(rewrite.runBody(flip, "in")).toEqual({ kind: "noPayload" });
    rewrite.finish();
    expect(toHex(packet.frame.view())).toBe(toHex(innerFrame(spec)));
  });

  it("make every inner checksum be computed from scratch, a missing one of UDP too, extension headers regarded", () => {
    const body = new Uint8Array(9).fill(3);
    const specs: InnerSpec[] = [
      { ...TCP4, body, checksumError: 77 },
      { ...TCP6, body, proto: 17, noChecksum: true },
      { ...TCP6, body, proto: 58, info: [0x0100, 0], extensions: [[0, 1]] },
      { ...TCP4, body, proto: 1, info: [0x0300, 0] },
    ];
    for (const spec of specs) {
      const { packet, rewrite } = begun(spec);
      expect(rewrite.runBody(flip, "in")).toBeUndefined();
      expect(rewrite.finish()).toBe(RewriteStatus.Done);
      const flipped = body.slice();
      flipped[0] = 0xfc;
      expect(toHex(packet.frame.view())).toBe(
        toHex(innerFrame({ ...spec, body: flipped, checksumError: 0, noChecksum: false })),
      );
    }
  });

  it("count as having run even if they fail", () => {
    const failing: BodyTransform = { text: "", run: () => ({ kind: "incompatible" }) };
    const { packet, rewrite } = begun({ ...TCP4, body: Uint8Array.of(1), checksumError: 5 });
    expect(rewrite.runBody(failing, "out")).toEqual({ kind: "incompatible" });
    rewrite.finish();
    expect(toHex(packet.frame.view())).toBe(toHex(innerFrame({ ...TCP4, body: Uint8Array.of(1) })));
  });

  it("include link padding in the sum", () => {
    const { packet, rewrite } = begun({ ...TCP4, padding: 4 });
    rewrite.runBody(flip, "in");
    rewrite.finish();
    const upper = packet.frame.bytes.subarray(packet.ulp, packet.frame.end);
    expect(onesSum(pseudoHeader(6, TCP4.src, TCP4.dst, 20), upper)).toBe(0xffff);
  });
});

describe("any chain of transformations on any packet", () => {
  it("leaves right checksums right, and wrong ones wrong", () => {
    const cases = anyInner.chain((inner) => fc.tuple(fc.constant(inner), anyChain(inner.version)));
    fc.assert(
      fc.property(cases, ([inner, chain]) => {
        const packet = parsedOk(guest(innerFrame(inner)));
        const rewrite = new Rewrite(packet);
        rewrite.begin();
        if (chain.some((transform) => rewrite.run(transform) !== undefined)) return;
        expect(rewrite.finish()).toBe(RewriteStatus.Done);
        const { bytes } = packet.frame;
        if (packet.ipVersion === 4) expect(onesSum(bytes.subarray(packet.ip, packet.ip + packet.ipLen))).toBe(0xffff);
        if (inner.proto === 17 && inner.noChecksum) return;
        const upper = bytes.subarray(packet.ulp, packet.frame.end - inner.padding);
        const [src, dst] = [packet.flow.toFlowId().src.bytes, packet.flow.toFlowId().dst.bytes];
        // ICMP is told by its header, which stays, whatever the protocol field says.
        const pseudo = inner.proto === 1 ? new Uint8Array(0) : pseudoHeader(2, src, dst, upper.length);
        pseudo.set(pseudo.length > 0 ? [packet.flow.proto] : [], Math.max(pseudo.length - 1, 0));
        expect(onesSum(pseudo, upper) === 0xffff).toBe(inner.checksumError % 0xffff === 0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("checksum coverage in the field table", () => {
  it("tells which checksums a change of the field's first byte changes", () => {
    const fields = Object.values(FIELDS).filter(({ name }) => !name.endsWith("checksum"));
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.integer({ min: 1, max: 0xff }), (field, flip) => {
        for (const packet of packetsWith(field)) {
          const before = checksums(packet);
          const rewrite = new Rewrite(packet);
          rewrite.begin();
          rewrite.run({ name: "", innerUlp: { kind: "modify", fields: {} } });
          const at = headerAt(packet, field.header) + field.offset;
          packet.frame.bytes[at] = (packet.frame.bytes[at] ?? 0) ^ flip;
          rewrite.finish();
          const after = checksums(packet);
          const inPseudo = field.covered === "pseudo" && packet.proto !== 1;
          expect(after.ulp !== before.ulp).toBe(field.covered === "ulp" || inPseudo);
          expect(after.ipv4 !== before.ipv4).toBe(field.covered === "pseudo" && packet.ipVersion === 4);
        }
      }),
    );
  });
});

/** Both inner checksums after the checksums were brought up to date. */
function checksums(packet: Packet): { readonly ipv4: string; readonly ulp: string } {
  const read = (field: Field): string => (readField(packet, field) ?? []).toString();
  const { tcpChecksum, udpChecksum, icmpChecksum, icmpv6Checksum } = FIELDS;
  const { bytes } = packet.frame;
  return {
    ipv4: packet.ipVersion === 4 ? bytes.subarray(packet.ip + 10, packet.ip + 12).toString() : "",
    ulp: [tcpChecksum, udpChecksum, icmpChecksum, icmpv6Checksum].map(read).join(),
  };
}

/** Packets that have the field's header. */
function packetsWith(field: Field): Packet[] {
  const specs: readonly InnerSpec[] = [
    TCP4,
    TCP6,
    { ...TCP4, proto: 17 },
    { ...TCP6, proto: 17 },
    { ...TCP4, proto: 1, info: [0x0800, 7] },
    { ...TCP6, proto: 58, info: [0x8000, 7] },
  ];
  return specs.map((spec) => parsedOk(guest(innerFrame(spec)))).filter((packet) => headerAt(packet, field.header) >= 0);
}
