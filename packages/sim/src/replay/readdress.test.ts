import fc from "fast-check";
import { Frame, Packet, parseGuest } from "opte-core";
import { describe, expect, it } from "vitest";
import { icmp, ip, ipFrame, tcp, TO_GUEST, udp, wrongChecksums } from "../../test/frames.js";
import { decodeFrame } from "../decode/decode.js";
import { type Destination, readdress } from "./readdress.js";

function parsed(frame: Uint8Array): Packet {
  const packet = new Packet();
  expect(parseGuest(packet, new Frame(frame, 0, frame.length))).toBe(true);
  return packet;
}

const readdressed = (frame: Uint8Array, to: Destination): Uint8Array => readdress(parsed(frame), to);

const field = (frame: Uint8Array, layer: string, name: string): string | undefined =>
  decodeFrame(frame)
    .find((each) => each.name === layer)
    ?.fields.find((each) => each.name === name)?.value;

const V4 = ["8.8.8.8", "172.30.0.5"] as const;
const V6 = ["2001:db8::9", "fd00::5"] as const;
const TO_V4: Destination = { ip: ip("10.77.77.13"), portOrId: 4096 };
const TO_V6: Destination = { ip: ip("2001:db8::1"), portOrId: 8192 };

describe("readdress", () => {
  it.each([
    ["TCP over IPv4", ipFrame(TO_GUEST, V4, 6, tcp(80, 5000)), TO_V4, "TCP", "dst port"],
    ["UDP over IPv4", ipFrame(TO_GUEST, V4, 17, udp(53, 5000)), TO_V4, "UDP", "dst port"],
    ["an echo reply", ipFrame(TO_GUEST, V4, 1, icmp(0, 0, 77, 1)), TO_V4, "ICMP", "id"],
    ["TCP over IPv6", ipFrame(TO_GUEST, V6, 6, tcp(80, 5000)), TO_V6, "TCP", "dst port"],
    ["UDP over IPv6", ipFrame(TO_GUEST, V6, 17, udp(53, 5000)), TO_V6, "UDP", "dst port"],
    ["an IPv6 echo reply", ipFrame(TO_GUEST, V6, 58, icmp(129, 0, 77, 1)), TO_V6, "ICMPv6", "id"],
  ] as const)("gives %s another destination, with right checksums", (_, frame, to, layer, name) => {
    expect(wrongChecksums(frame)).toEqual([]);
    const result = readdressed(frame, to);
    expect(field(result, frame[12] === 8 ? "IPv4" : "IPv6", "dst")).toBe(to.ip.toString());
    expect(field(result, layer, name)).toBe(String(to.portOrId));
    expect(wrongChecksums(result)).toEqual([]);
  });

  it("leaves the port where none is given", () => {
    const result = readdressed(ipFrame(TO_GUEST, V4, 6, tcp(80, 5000)), { ip: TO_V4.ip });
    expect(field(result, "TCP", "dst port")).toBe("5000");
    expect(wrongChecksums(result)).toEqual([]);
  });

  it("keeps checksums right for all addresses, ports and data, and back again", () => {
    const octets = fc.uint8Array({ minLength: 4, maxLength: 4 });
    const port = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(octets, port, fc.uint8Array({ maxLength: 40 }), fc.boolean(), (address, portOrId, data, isTcp) => {
        const upper = isTcp ? tcp(80, 5000, 0x18, [...data]) : udp(53, 5000, [...data]);
        const frame = ipFrame(TO_GUEST, V4, isTcp ? 6 : 17, upper);
        const there = readdressed(frame, { ip: ip([...address].join(".")), portOrId });
        expect(wrongChecksums(there)).toEqual([]);
        expect(readdressed(there, { ip: ip(V4[1]), portOrId: 5000 })).toEqual(frame);
      }),
    );
  });

  it("keeps a missing UDP checksum missing, and a wrong one wrong", () => {
    const frame = ipFrame(TO_GUEST, V4, 17, udp(53, 5000));
    const missing = new Uint8Array(frame);
    missing.set([0, 0], 40);
    expect(field(readdressed(missing, TO_V4), "UDP", "checksum")).toBe("0x0000");
    const wrong = new Uint8Array(frame);
    wrong.set([0x12, 0x34], 40);
    expect(wrongChecksums(readdressed(wrong, TO_V4))).toEqual(["UDP"]);
  });

  it("writes ffff where the UDP checksum becomes 0", () => {
    const frame = ipFrame(TO_GUEST, V4, 17, udp(53, 5000, [0, 0]));
    const sum = Number(field(readdressed(frame, { ip: TO_V4.ip }), "UDP", "checksum"));
    const data = [sum >>> 8, sum & 0xff];
    const result = readdressed(ipFrame(TO_GUEST, V4, 17, udp(53, 5000, data)), { ip: TO_V4.ip });
    expect(field(result, "UDP", "checksum")).toBe("0xffff");
    expect(wrongChecksums(result)).toEqual([]);
  });

  it.each([
    ["IPv4", ipFrame(TO_GUEST, V4, 17, udp(53, 5000), { fragmentOffset: 185 }), TO_V4, 34],
    ["IPv6", ipFrame(TO_GUEST, V6, 17, udp(53, 5000), { fragmentOffset: 185 }), TO_V6, 62],
  ] as const)("changes nothing in the data of a later fragment of %s", (_, frame, to, dataAt) => {
    const result = readdressed(frame, to);
    expect(field(result, dataAt === 34 ? "IPv4" : "IPv6", "dst")).toBe(to.ip.toString());
    expect(result.subarray(dataAt)).toEqual(frame.subarray(dataAt));
  });

  it("treats the first fragment as what it is: the beginning of the datagram", () => {
    const frame = ipFrame(TO_GUEST, V6, 17, udp(53, 5000), { fragmentOffset: 0 });
    expect(field(readdressed(frame, TO_V6), "UDP", "dst port")).toBe("8192");
  });

  it("does not touch the frame that it is given, be it Node's Buffer", () => {
    const frame = ipFrame(TO_GUEST, V4, 6, tcp(80, 5000));
    const buffer = Buffer.from(frame);
    readdressed(buffer, TO_V4);
    expect(new Uint8Array(buffer)).toEqual(frame);
  });
});
