// Frames for tests, written out header by header, and a check of their checksums that owes nothing to the code under test.

import { type IpAddr, Ipv4Addr, Ipv6Addr, MacAddr } from "opte-api";

const GUEST_MAC = "A8:40:25:FA:FA:37";
const GATEWAY_MAC = "A8:40:25:FF:77:77";

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const CHECKSUM_AT: Readonly<Record<number, number>> = { [ICMP]: 2, [TCP]: 16, [UDP]: 6, [ICMPV6]: 2 };

/** Ends of a frame's Ethernet header. */
export interface Link {
  readonly from: string;
  readonly to: string;
}

export const TO_GUEST: Link = { from: GATEWAY_MAC, to: GUEST_MAC };
export const FROM_GUEST: Link = { from: GUEST_MAC, to: GATEWAY_MAC };

export function ethernet({ from, to }: Link, type: number, payload: readonly number[]): Uint8Array {
  return Uint8Array.from([...MacAddr.parse(to).bytes, ...MacAddr.parse(from).bytes, ...u16(type), ...payload]);
}

/** An ARP message of opcode 1 (request) or 2 (reply). */
export function arp(link: Link, opcode: number, senderIp: string, targetIp: string): Uint8Array {
  const sender = [...MacAddr.parse(link.from).bytes, ...Ipv4Addr.parse(senderIp).bytes];
  const target = [...MacAddr.parse(link.to).bytes, ...Ipv4Addr.parse(targetIp).bytes];
  return ethernet(link, 0x0806, [0, 1, 8, 0, 6, 4, 0, opcode, ...sender, ...target]);
}

/** What an IP header may have besides the usual. */
export interface IpOptions {
  /** Fragment offset in units of 8 bytes. */
  readonly fragmentOffset?: number;
}

/** A frame with an IP header of either family, and all its checksums right. */
export function ipFrame(
  link: Link,
  [src, dst]: readonly [src: string, dst: string],
  proto: number,
  upper: readonly number[],
  { fragmentOffset }: IpOptions = {},
): Uint8Array {
  const frame = src.includes(":")
    ? ethernet(link, 0x86dd, ipv6(src, dst, proto, upper, fragmentOffset))
    : ethernet(link, 0x0800, ipv4(src, dst, proto, upper, fragmentOffset ?? 0));
  // A fragment's upper-layer checksum is over the whole datagram, which is not here.
  return sealed(frame, ({ name }) => fragmentOffset === undefined || name === "IPv4");
}

/** The frame with its checksums put right, or those of them that are chosen. */
export function sealed(frame: Uint8Array, chosen: (place: ChecksumPlace) => boolean = () => true): Uint8Array {
  const result = new Uint8Array(frame);
  for (const place of checksumPlaces(frame).filter(chosen)) {
    const sum = place.sum();
    result.set(u16(sum === 0 && place.name === "UDP" ? 0xffff : sum), place.at);
  }
  return result;
}

export function udp(srcPort: number, dstPort: number, data: readonly number[] = [1, 2, 3]): number[] {
  return [...u16(srcPort), ...u16(dstPort), ...u16(8 + data.length), 0, 0, ...data];
}

export function tcp(srcPort: number, dstPort: number, flags = 0x10, data: readonly number[] = []): number[] {
  const sequence = [0, 0, 0, 1, 0, 0, 0, 2];
  return [...u16(srcPort), ...u16(dstPort), ...sequence, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0, ...data];
}

/** An ICMP or ICMPv6 message; of an echo, the last two numbers are identifier and sequence number. */
export function icmp(type: number, code: number, id: number, seq: number, data: readonly number[] = [9, 9]): number[] {
  return [type, code, 0, 0, ...u16(id), ...u16(seq), ...data];
}

/** Names of the checksums of a frame without encapsulation that are wrong, IPv4's of UDP being optional. */
export function wrongChecksums(frame: Uint8Array): string[] {
  return checksumPlaces(frame)
    .filter(({ at, sum, name }) => {
      const held = ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);
      if (name === "UDP" && held === 0 && frame[12] === 0x08) return false;
      const right = sum();
      return held !== right && !(name === "UDP" && right === 0 && held === 0xffff);
    })
    .map(({ name }) => name);
}

/** Bytes written in hex, blanks aside. */
export function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"));
}

export function u16(value: number): [number, number] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

function ipv4(src: string, dst: string, proto: number, upper: readonly number[], fragmentOffset: number): number[] {
  const head = [0x45, 0, ...u16(20 + upper.length), 0x12, 0x34, ...u16(fragmentOffset), 64, proto, 0, 0];
  return [...head, ...Ipv4Addr.parse(src).bytes, ...Ipv4Addr.parse(dst).bytes, ...upper];
}

function ipv6(src: string, dst: string, proto: number, upper: readonly number[], fragmentOffset?: number): number[] {
  const fragment = fragmentOffset === undefined ? [] : [proto, 0, ...u16(fragmentOffset << 3), 0, 0, 0, 1];
  const next = fragmentOffset === undefined ? proto : 44;
  const head = [0x60, 0, 0, 0, ...u16(fragment.length + upper.length), next, 64];
  return [...head, ...Ipv6Addr.parse(src).bytes, ...Ipv6Addr.parse(dst).bytes, ...fragment, ...upper];
}

interface ChecksumPlace {
  readonly name: string;
  readonly at: number;
  /** What should stand there. */
  readonly sum: () => number;
}

/** The checksums of a frame; it has no extension headers but a fragment header, and no bytes behind the IP packet count. */
function checksumPlaces(frame: Uint8Array): ChecksumPlace[] {
  const isV4 = frame[12] === 0x08;
  const at = 14;
  const headerLen = isV4 ? ((frame[at] ?? 0) & 15) * 4 : frame[at + 6] === 44 ? 48 : 40;
  const proto = (isV4 ? frame[at + 9] : frame[at + 6] === 44 ? frame[at + 40] : frame[at + 6]) ?? 0;
  const end = isV4 ? at + word(frame, at + 2) : at + 40 + word(frame, at + 4);
  const places: ChecksumPlace[] = [];
  if (isV4) {
    places.push({ name: "IPv4", at: at + 10, sum: () => checksum(zeroed(frame.subarray(at, at + headerLen), 10)) });
  }
  const inUpper = CHECKSUM_AT[proto];
  if (inUpper !== undefined) {
    const upper = frame.subarray(at + headerLen, end);
    const addresses = isV4 ? frame.subarray(at + 12, at + 20) : frame.subarray(at + 8, at + 40);
    const pseudo = proto === ICMP ? [] : [...addresses, ...u16(upper.length), ...u16(proto)];
    const name = { [ICMP]: "ICMP", [TCP]: "TCP", [UDP]: "UDP", [ICMPV6]: "ICMPv6" }[proto] ?? "";
    const sum = (): number => checksum([...pseudo, ...zeroed(upper, inUpper)]);
    places.push({ name, at: at + headerLen + inUpper, sum });
  }
  return places;
}

function zeroed(part: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(part);
  copy.set([0, 0], at);
  return copy;
}

function checksum(octets: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < octets.length; i += 2) sum += (octets[i] ?? 0) * 256 + (octets[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

function word(frame: Uint8Array, at: number): number {
  return ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);
}

/** The IP address of a text, for comparisons. */
export function ip(text: string): IpAddr {
  return text.includes(":") ? Ipv6Addr.parse(text) : Ipv4Addr.parse(text);
}
