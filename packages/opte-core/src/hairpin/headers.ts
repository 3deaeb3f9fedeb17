// Headers of the frames that hairpins answer with.

import type { Ipv4Addr, Ipv6Addr, MacAddr } from "opte-api";
import { rd32, wr16, wr32 } from "../packet/bytes.js";
import { finishSum, sumBytes, writeIpv4Checksum } from "../packet/checksum.js";
import type { Frame } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";

export const ETHER_LEN = 14;
export const IPV4_LEN = 20;
export const IPV6_LEN = 40;
export const UDP_LEN = 8;

/** TTL and hop limit of replies that may, in principle, be routed (spec 03 §4, §6.2, §7.4). */
const DEFAULT_TTL = 128;

/** Writes an Ethernet header of {@link ETHER_LEN} bytes. */
export function writeEther(bytes: Uint8Array, at: number, dst: MacAddr, src: MacAddr, etherType: number): void {
  writeMac(bytes, at, dst);
  writeMac(bytes, at + 6, src);
  wr16(bytes, at + 12, etherType);
}

/** Writes an IPv4 header of {@link IPV4_LEN} bytes without options: all fields zero that are not named, TTL 128. */
export function writeIpv4(
  bytes: Uint8Array,
  at: number,
  header: { readonly src: Ipv4Addr; readonly dst: Ipv4Addr; readonly protocol: number; readonly payloadLen: number },
): void {
  bytes.fill(0, at, at + IPV4_LEN);
  bytes[at] = 0x45; // version 4, five words
  bytes[at + 8] = DEFAULT_TTL;
  bytes[at + 9] = header.protocol;
  writeIpv4Addr(bytes, at + 12, header.src);
  writeIpv4Addr(bytes, at + 16, header.dst);
  setIpv4PayloadLen(bytes, at, header.payloadLen);
}

/** Sets the total length of an IPv4 header without options, and its checksum. */
export function setIpv4PayloadLen(bytes: Uint8Array, at: number, payloadLen: number): void {
  wr16(bytes, at + 2, IPV4_LEN + payloadLen);
  writeIpv4Checksum(bytes, at, IPV4_LEN);
}

/** Writes an IPv6 header of {@link IPV6_LEN} bytes; traffic class and flow label are zero. */
export function writeIpv6(
  bytes: Uint8Array,
  at: number,
  header: {
    readonly src: Ipv6Addr;
    readonly dst: Ipv6Addr;
    readonly nextHeader: number;
    readonly payloadLen: number;
    /** Default 128. */
    readonly hopLimit?: number;
  },
): void {
  wr32(bytes, at, 0x6000_0000);
  setIpv6PayloadLen(bytes, at, header.payloadLen);
  bytes[at + 6] = header.nextHeader;
  bytes[at + 7] = header.hopLimit ?? DEFAULT_TTL;
  writeIpv6Addr(bytes, at + 8, header.src);
  writeIpv6Addr(bytes, at + 24, header.dst);
}

/** Sets the payload length of an IPv6 header. */
export function setIpv6PayloadLen(bytes: Uint8Array, at: number, payloadLen: number): void {
  wr16(bytes, at + 4, payloadLen);
}

/**
 * The checksum of what stands in `bytes[from, to)` behind the IPv6 header at `ip`, pseudo-header included (RFC 8200 §8.1).
 * Zero if the checksum that the message carries is right.
 */
export function ipv6Checksum(bytes: Uint8Array, ip: number, protocol: number, from: number, to: number): number {
  return finishSum(sumBytes(bytes, from, to, sumBytes(bytes, ip + 8, ip + IPV6_LEN, protocol + to - from)));
}

/** Whether the 16 bytes at `at` are `addr`. */
export function isIpv6AddrAt(bytes: Uint8Array, at: number, { words: [a, b, c, d] }: Ipv6Addr): boolean {
  return rd32(bytes, at) === a && rd32(bytes, at + 4) === b && rd32(bytes, at + 8) === c && rd32(bytes, at + 12) === d;
}

/** Addresses the IPv6 reply to whoever sent `packet`. */
export function addressToSource(packet: Packet, reply: Frame): void {
  const src = packet.frame.bytes.subarray(packet.ip + 8, packet.ip + 24);
  reply.bytes.set(src, reply.start + ETHER_LEN + 24);
}

export function writeMac(bytes: Uint8Array, at: number, mac: MacAddr): void {
  wr16(bytes, at, mac.hi);
  wr32(bytes, at + 2, mac.lo);
}

export function writeIpv4Addr(bytes: Uint8Array, at: number, addr: Ipv4Addr): void {
  wr32(bytes, at, addr.value);
}

export function writeIpv6Addr(bytes: Uint8Array, at: number, addr: Ipv6Addr): void {
  const [a, b, c, d] = addr.words;
  wr32(bytes, at, a);
  wr32(bytes, at + 4, b);
  wr32(bytes, at + 8, c);
  wr32(bytes, at + 12, d);
}
