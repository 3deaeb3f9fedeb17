// Bytes of pushed outer headers (spec 01 §6.1): Ethernet; IPv4, or IPv6 with extension headers; UDP with Geneve.
//
// Every byte is written: what stood there before does not matter. No checksum is computed: the UDP checksum is 0, which RFC 6935
// allows over IPv6, and the underlay that we build is IPv6 only.

import { wr16, wr32 } from "../packet/bytes.js";
import { GENEVE_ETHERNET, GENEVE_LEN, GENEVE_OPTION_LEN, GENEVE_PORT } from "../packet/geneve.js";
import { EXTENSION_UNIT, Ipv6NextHeader } from "../packet/ipv6-extensions.js";
import { writeIpv6Words, writeMac } from "./field-write.js";
import type { EtherHeader, GeneveHeader, GeneveOption, IpHeader, Ipv6Extension } from "./header-transform.js";

export const ETHER_LEN = 14;
export const IPV4_LEN = 20;
export const IPV6_LEN = 40;
const UDP_LEN = 8;

/** TTL and hop limit of the tunnel. */
const HOP_LIMIT = 128;

/** Padding options of IPv6 (RFC 8200 §4.2). */
export const PAD1 = 0;
const PADN = 1;

/** Bytes of an IP header, extension headers included. */
export function ipHeaderLen(header: IpHeader): number {
  if (header.version === 4) return IPV4_LEN;
  return (header.extensions ?? []).reduce((len, extension) => len + extensionLen(extension), IPV6_LEN);
}

/** Bytes of an IPv6 extension header, padding included. */
export function extensionLen(extension: Ipv6Extension): number {
  return roundUp(2 + optionsLen(extension), EXTENSION_UNIT);
}

/** Bytes of UDP and Geneve headers, options included. */
export function encapLen(header: GeneveHeader): number {
  return header.options.reduce((len, option) => len + geneveOptionLen(option), UDP_LEN + GENEVE_LEN);
}

/** Bytes of a Geneve option, padding included. */
export function geneveOptionLen(option: GeneveOption): number {
  return GENEVE_OPTION_LEN + roundUp(option.data.length, 4);
}

/** Writes an Ethernet header. */
export function writeEther(bytes: Uint8Array, at: number, header: EtherHeader): void {
  writeMac(bytes, at, header.dst);
  writeMac(bytes, at + 6, header.src);
  wr16(bytes, at + 12, header.etherType);
}

/** Writes an IP header with its extension headers, in front of `payloadLen` bytes. */
export function writeIp(bytes: Uint8Array, at: number, header: IpHeader, payloadLen: number): void {
  if (header.version === 4) {
    wr16(bytes, at, 0x4500);
    wr16(bytes, at + 2, IPV4_LEN + payloadLen);
    wr32(bytes, at + 4, (header.flags ?? 0) << 13);
    bytes[at + 8] = HOP_LIMIT;
    bytes[at + 9] = header.protocol;
    wr16(bytes, at + 10, 0);
    wr32(bytes, at + 12, header.src.value);
    wr32(bytes, at + 16, header.dst.value);
    return;
  }
  wr32(bytes, at, 0x60000000);
  bytes[at + 7] = HOP_LIMIT;
  writeIpv6Words(bytes, at + 8, header.src);
  writeIpv6Words(bytes, at + 24, header.dst);
  let nextHeaderAt = at + 6;
  let next = at + IPV6_LEN;
  for (const extension of header.extensions ?? []) {
    bytes[nextHeaderAt] = extension.kind === "hopByHop" ? Ipv6NextHeader.HopByHop : Ipv6NextHeader.DestinationOptions;
    nextHeaderAt = next;
    next = writeExtension(bytes, next, extension);
  }
  bytes[nextHeaderAt] = header.protocol;
  wr16(bytes, at + 4, next - at - IPV6_LEN + payloadLen);
}

/** Writes UDP and Geneve headers with their options, in front of an inner frame of `innerLen` bytes. */
export function writeEncap(bytes: Uint8Array, at: number, header: GeneveHeader, innerLen: number): void {
  const len = encapLen(header);
  wr16(bytes, at, header.entropy);
  wr16(bytes, at + 2, GENEVE_PORT);
  wr16(bytes, at + 4, len + innerLen);
  wr16(bytes, at + 6, 0);
  const geneve = at + UDP_LEN;
  bytes[geneve] = (len - UDP_LEN - GENEVE_LEN) >>> 2;
  bytes[geneve + 1] = 0;
  wr16(bytes, geneve + 2, GENEVE_ETHERNET);
  wr32(bytes, geneve + 4, header.vni << 8);
  let next = geneve + GENEVE_LEN;
  for (const option of header.options) {
    const end = next + geneveOptionLen(option);
    wr16(bytes, next, option.class);
    bytes[next + 2] = option.type;
    bytes[next + 3] = (end - next - GENEVE_OPTION_LEN) >>> 2;
    bytes.set(option.data, next + GENEVE_OPTION_LEN);
    bytes.fill(0, next + GENEVE_OPTION_LEN + option.data.length, end);
    next = end;
  }
}

/** Returns the offset behind the extension header. The next-header byte is the caller's to write. */
function writeExtension(bytes: Uint8Array, at: number, extension: Ipv6Extension): number {
  const end = at + extensionLen(extension);
  bytes[at + 1] = (end - at) / EXTENSION_UNIT - 1;
  let next = at + 2;
  for (const { type, data } of extension.options) {
    bytes[next++] = type;
    if (type === PAD1) continue;
    bytes[next++] = data.length;
    bytes.set(data, next);
    next += data.length;
  }
  bytes.fill(0, next, end);
  // One missing byte is a PAD1, which is 0 and already there.
  if (end - next > 1) {
    bytes[next] = PADN;
    bytes[next + 1] = end - next - 2;
  }
  return end;
}

function optionsLen(extension: Ipv6Extension): number {
  return extension.options.reduce((len, { type, data }) => len + (type === PAD1 ? 1 : 2 + data.length), 0);
}

function roundUp(length: number, unit: number): number {
  return Math.ceil(length / unit) * unit;
}
