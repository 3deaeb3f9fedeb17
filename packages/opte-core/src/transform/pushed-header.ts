// Bytes of pushed outer headers (spec 01 §6.1): Ethernet; IPv4, or IPv6 with extension headers; UDP with Geneve.
//
// Every byte is written: what stood there before does not matter. No checksum is computed: the UDP checksum is 0, which RFC 6935
// allows over IPv6, and the underlay that we build is IPv6 only.

import type { Ipv6Addr, MacAddr } from "opte-api";
import { rd16, rd32, rd8, wr16, wr32 } from "../packet/bytes.js";
import { GENEVE_ETHERNET, GENEVE_LEN, GENEVE_OPTION_LEN, GENEVE_PORT, nextOption } from "../packet/geneve.js";
import { EXTENSION_UNIT, Ipv6NextHeader } from "../packet/ipv6-extensions.js";
import { writeIpv6Words, writeMac } from "./field-write.js";
import type {
  EtherHeader,
  GeneveHeader,
  GeneveOption,
  IpHeader,
  Ipv6Extension,
  Ipv6Header,
} from "./header-transform.js";

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

/**
 * Whether `bytes`, which are Ethernet, IPv6 without extension headers, UDP and Geneve as written here, are what would be written for these
 * headers; entropy and lengths do not count.
 */
export function isWritten(bytes: Uint8Array, ether: EtherHeader, ip: Ipv6Header, encap: GeneveHeader): boolean {
  const geneve = ETHER_LEN + IPV6_LEN + UDP_LEN;
  return (
    isAddressAt(bytes, ETHER_LEN + 24, ip.dst) &&
    isAddressAt(bytes, ETHER_LEN + 8, ip.src) &&
    rd8(bytes, ETHER_LEN + 6) === ip.protocol &&
    isMacAt(bytes, 0, ether.dst) &&
    isMacAt(bytes, 6, ether.src) &&
    rd16(bytes, 12) === ether.etherType &&
    rd32(bytes, geneve + 4) >>> 8 === encap.vni &&
    areOptionsAt(bytes, geneve + GENEVE_LEN, encap.options)
  );
}

function isAddressAt(bytes: Uint8Array, at: number, { words }: Ipv6Addr): boolean {
  return (
    rd32(bytes, at) === words[0] &&
    rd32(bytes, at + 4) === words[1] &&
    rd32(bytes, at + 8) === words[2] &&
    rd32(bytes, at + 12) === words[3]
  );
}

function isMacAt(bytes: Uint8Array, at: number, { hi, lo }: MacAddr): boolean {
  return rd16(bytes, at) === hi && rd32(bytes, at + 2) === lo;
}

/** Whether exactly these options, padding included, stand from `first` to the end. */
function areOptionsAt(bytes: Uint8Array, first: number, options: readonly GeneveOption[]): boolean {
  let at = first;
  for (const option of options) {
    const end = at + geneveOptionLen(option);
    if (end > bytes.length || end !== nextOption(bytes, at)) return false;
    if (rd16(bytes, at) !== option.class || rd8(bytes, at + 2) !== option.type) return false;
    at += GENEVE_OPTION_LEN;
    for (let i = 0; at < end; i++, at++) if (rd8(bytes, at) !== (option.data[i] ?? 0)) return false;
  }
  return at === bytes.length;
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
