// Frames that a guest sends, put together from hex text independently of the code under test; and checks of what it gets back.

import { DomainName, Ipv4Addr, Ipv6Addr, MacAddr } from "opte-api";
import { DONE, type HairpinGenerator } from "../src/action/action.js";
import { type DhcpConfig, NO_DHCP_OPTIONS } from "../src/hairpin/dhcp-config.js";
import { ActionMetadata } from "../src/action/metadata.js";
import { Frame } from "../src/packet/frame.js";
import { Packet } from "../src/packet/packet.js";
import { parseGuest } from "../src/packet/parse.js";
import { matches, matchesData } from "../src/predicate/evaluate.js";
import { dataPredicateText, predicateText } from "../src/predicate/predicate-text.js";

/** Addresses of spec 03 §11, as hex text and as values. */
export const GUEST = "a84025fafa37";
export const GATEWAY = "a84025ff7777";
export const GUEST_IP4 = "ac1e0005";
export const GATEWAY_IP4 = "ac1e0001";
export const GUEST_IP6 = "fd000000000000000000000000000005";
export const GUEST_LINK_LOCAL = "fe80000000000000aa4025fffefafa37";
export const GATEWAY_LINK_LOCAL = "fe80000000000000aa4025fffeff7777";
export const UNSPECIFIED = "00".repeat(16);

export const guestMac: MacAddr = MacAddr.parse("a8:40:25:fa:fa:37");
export const gatewayMac: MacAddr = MacAddr.parse("a8:40:25:ff:77:77");
export const guestIp4: Ipv4Addr = Ipv4Addr.parse("172.30.0.5");
export const gatewayIp4: Ipv4Addr = Ipv4Addr.parse("172.30.0.1");
export const guestIp6: Ipv6Addr = Ipv6Addr.parse("fd00::5");
export const guestLinkLocal: Ipv6Addr = Ipv6Addr.parse("fe80::aa40:25ff:fefa:fa37");

/** The names that the guest is told in spec 03 §11. */
export const dhcpNames: DhcpConfig = {
  ...NO_DHCP_OPTIONS,
  hostname: DomainName.parse("testbox"),
  hostDomain: DomainName.parse("test.oxide.computer"),
  domainSearchList: [DomainName.parse("oxide.computer")],
};

/** Hex text of `value` in `length` bytes. */
export function num(value: number, length: number): string {
  return value.toString(16).padStart(2 * length, "0");
}

/** Bytes of hex text; blanks are for the reader. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, "");
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

export function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => num(byte, 1)).join("");
}

/** Hex text without the blanks. */
export function squeeze(text: string): string {
  return text.replaceAll(/\s/g, "");
}

/** The frame as the engine hands it to a hairpin. */
export function packetOf(frame: string): Packet {
  const packet = new Packet();
  parseGuest(packet, Frame.ofGuest(fromHex(frame)));
  return packet;
}

/** Whether a rule with this action and no condition of its own takes the frame. */
export function takes(generator: HairpinGenerator, frame: string): boolean {
  const packet = packetOf(frame);
  const { implicitPredicates = [], implicitDataPredicates = [] } = generator;
  return (
    implicitPredicates.every((predicate) => matches(predicate, packet, new ActionMetadata())) &&
    implicitDataPredicates.every((predicate) => matchesData(predicate, packet))
  );
}

/** Conditions of a rule with this action and no condition of its own, as dumps show them. */
export function conditions(generator: HairpinGenerator): string[] {
  const { implicitPredicates = [], implicitDataPredicates = [] } = generator;
  return [...implicitPredicates.map(predicateText), ...implicitDataPredicates.map(dataPredicateText)];
}

/** A frame for replies, dirty from an earlier one. */
export function dirtyReply(): Frame {
  const reply = Frame.allocate(2000);
  reply.bytes.fill(0xaa);
  return reply;
}

/** What a hairpin answers a frame of the guest with. @throws Error if it does not answer */
export function answerOf(generator: HairpinGenerator, frame: string): Frame {
  const reply = dirtyReply();
  const outcome = generator.reply("out", packetOf(frame), reply);
  if (outcome !== DONE) throw new Error(`There is no answer, but ${JSON.stringify(outcome)}`);
  return reply;
}

/** An IPv4 packet in an Ethernet frame from the guest. */
export function ipv4Frame(ip: { dstMac: string; src: string; dst: string; protocol: number; payload: string }): string {
  const payload = squeeze(ip.payload);
  const length = num(20 + payload.length / 2, 2);
  const header = `4500${length}0000000040${num(ip.protocol, 1)}CCCC${ip.src}${ip.dst}`;
  return ip.dstMac + GUEST + "0800" + header.replace("CCCC", checksum(header.replace("CCCC", "0000"))) + payload;
}

/** An IPv6 packet in an Ethernet frame from the guest. */
export function ipv6Frame(ip: {
  dstMac: string;
  src: string;
  dst: string;
  protocol: number;
  hopLimit?: number;
  payload: string;
}): string {
  const payload = squeeze(ip.payload);
  const header = `60000000${num(payload.length / 2, 2)}${num(ip.protocol, 1)}${num(ip.hopLimit ?? 255, 1)}`;
  return ip.dstMac + GUEST + "86dd" + header + ip.src + ip.dst + payload;
}

/** A frame with an ICMPv6 message whose checksum, written `CCCC`, is filled in. */
export function icmpv6Frame(ip: {
  dstMac: string;
  src: string;
  dst: string;
  hopLimit?: number;
  message: string;
}): string {
  const message = squeeze(ip.message);
  const pseudo = ip.src + ip.dst + num(message.length / 2, 4) + num(58, 4);
  const payload = message.replace("CCCC", checksum(pseudo + message.replace("CCCC", "0000")));
  return ipv6Frame({ ...ip, protocol: 58, payload });
}

/** A frame with an ICMPv4 message whose checksum, written `CCCC`, is filled in. */
export function icmpFrame(message: string): string {
  const payload = squeeze(message);
  return ipv4Frame({
    dstMac: GATEWAY,
    src: GUEST_IP4,
    dst: GATEWAY_IP4,
    protocol: 1,
    payload: payload.replace("CCCC", checksum(payload.replace("CCCC", "0000"))),
  });
}

/** A UDP datagram without checksum. */
export function udp(src: number, dst: number, payload: string): string {
  const bytes = squeeze(payload);
  return num(src, 2) + num(dst, 2) + num(8 + bytes.length / 2, 2) + "0000" + bytes;
}

/** Internet checksum of hex text (RFC 1071), as hex text. */
function checksum(text: string): string {
  const bytes = fromHex(text);
  let sum = 0;
  bytes.forEach((byte, i) => {
    sum += i % 2 === 0 ? byte << 8 : byte;
  });
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return num(~sum & 0xffff, 2);
}

/** Whether every checksum of a reply verifies: IPv4 header, ICMP, ICMPv6 and UDP over IPv6. */
export function checksumsVerify(reply: Frame): boolean {
  const frame = toHex(reply.toBytes());
  if (frame.slice(24, 28) === "0800") {
    const isIcmp = frame.slice(46, 48) === "01";
    return checksum(frame.slice(28, 68)) === "0000" && (!isIcmp || checksum(frame.slice(68)) === "0000");
  }
  const payload = frame.slice(108);
  const pseudo = frame.slice(44, 108) + num(payload.length / 2, 4) + "000000" + frame.slice(40, 42);
  return frame.slice(36, 40) === num(payload.length / 2, 2) && checksum(pseudo + payload) === "0000";
}
