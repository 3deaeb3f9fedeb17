// Parses Ethernet frames (spec 01 §4): first the structure of the whole chain of headers, then the values in it.
//
//   guest    ether ─► IPv4 | IPv6+extensions ─► TCP | UDP | ICMP | ICMPv6 ─► body        (ARP: ether ─► body)
//   Geneve   ether ─► IPv6+extensions ─► UDP 6081 ─► Geneve+options ─► the guest's chain without ARP
//
// Runs for every packet, so it is flat and allocates nothing; it never throws, whatever the bytes. Every read is preceded by a
// comparison with the end of the frame. Checksums are not verified, and lengths are compared with the frame alone, so padding and
// whatever else follows the last header count as body.

import { swap16 } from "../flow/byte-order.js";
import { NO_PROTOCOL } from "../flow/flow-id.js";
import { rd16, rd32, rd8, word32 } from "./bytes.js";
import type { Frame } from "./frame.js";
import { checkCriticalOptions, GENEVE_LEN, GENEVE_PORT, optionsTile, type KnownOptions } from "./geneve.js";
import { WORD_GENEVE_PORT, WORD_IPV4, WORD_IPV6 } from "./header-words.js";
import { EXTENSION_UNIT, extensionLength, isExtension } from "./ipv6-extensions.js";
import { isEcho, updateFlow } from "./packet-flow.js";
import type { Packet } from "./packet.js";

const ETHER_LEN = 14;
const IPV4_LEN = 20;
const IPV6_LEN = 40;
const TCP_LEN = 20;
const UDP_LEN = 8;
const ICMP_LEN = 8;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IPV6 = 0x86dd;

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;

/**
 * Parses a frame without encapsulation into `packet`, whose `frame` it becomes: what a guest sends, and the generic parser for
 * networks without a tunnel.
 *
 * @returns whether it is a frame that the engine carries; if not, `packet.parseError` says why and the offsets are unspecified
 */
export function parseGuest(packet: Packet, frame: Frame): boolean {
  setFrame(packet, frame);
  if (packet.outerEther >= 0) forgetOuter(packet);
  if (readPlain(packet, frame, frame.start)) return true;
  forgetInner(packet);
  if (!readEther(packet, frame.start)) return false;
  if (packet.etherType !== ETHERTYPE_ARP) {
    if (!readIpAndUlp(packet) || !checkInner(packet)) return false;
  }
  updateFlow(packet);
  return true;
}

/**
 * Parses a frame in Geneve over UDP over IPv6 into `packet`, whose `frame` it becomes: what the underlay delivers.
 *
 * @param known the tunnel options that the network knows, asked only about frames with the critical flag
 * @returns whether it is a frame that the engine carries; if not, `packet.parseError` says why and the offsets are unspecified
 */
export function parseGeneve(packet: Packet, frame: Frame, known: KnownOptions): boolean {
  setFrame(packet, frame);
  const isPlainOuter = readPlainOuter(packet, frame);
  if (!isPlainOuter) {
    forgetOuter(packet);
    if (!readOuter(packet)) return false;
  }
  const ether = packet.geneve + packet.geneveLen;
  const isPlain = readPlain(packet, frame, ether);
  if (isPlain && isPlainOuter) return true;
  if (!isPlain) {
    forgetInner(packet);
    if (!readEther(packet, ether) || !readIpAndUlp(packet)) return false;
  }
  if (!checkOuter(packet) || (!isPlain && !checkInner(packet))) return false;
  const { bytes } = frame;
  if (!checkCriticalOptions(bytes, packet.geneve, ether, known, packet.parseError)) return false;
  packet.vni = rd32(bytes, packet.geneve + 4) >>> 8;
  if (!isPlain) updateFlow(packet);
  return true;
}

/** A frame that is there already is not written again: that costs a note for the garbage collector. */
function setFrame(packet: Packet, frame: Frame): void {
  if (packet.frame !== frame) packet.frame = frame;
}

function forgetOuter(packet: Packet): void {
  packet.outerEther = -1;
  packet.outerIp = -1;
  packet.outerIpLen = 0;
  packet.outerUdp = -1;
  packet.geneve = -1;
  packet.geneveLen = 0;
  packet.vni = 0;
}

function forgetInner(packet: Packet): void {
  packet.ip = -1;
  packet.ipVersion = 0;
  packet.ipLen = 0;
  packet.proto = NO_PROTOCOL;
  packet.protoAt = -1;
  packet.ulp = -1;
  packet.ulpLen = 0;
  packet.isPlain = false;
}

/**
 * Nearly every tunnel in one go: IPv6 without extension headers, UDP and Geneve without critical options, with no fault in any header. Does
 * what `readOuter`, `checkOuter` and `checkCriticalOptions` do together, which are asked about all others.
 */
function readPlainOuter(packet: Packet, frame: Frame): boolean {
  const { words, start, end } = frame;
  const udp = start + ETHER_LEN + IPV6_LEN;
  const geneve = udp + UDP_LEN;
  if ((start & 3) !== 0 || words.length === 0 || geneve + GENEVE_LEN >= end) return false;
  const w = start >> 2;
  // Ethernet type, then version
  if ((word32(words, w + 3) & 0x00f0_ffff) !== (0x0060_0000 | WORD_IPV6)) return false;
  if (swap16(word32(words, w + 4) >>> 16) > end - udp || (word32(words, w + 5) & 0xff) !== UDP) return false;
  const portAndLength = word32(words, w + 14);
  if ((portAndLength & 0xffff) !== WORD_GENEVE_PORT || swap16(portAndLength >>> 16) > end - udp) return false;
  const versionAndFlags = word32(words, w + 15) >>> 16;
  if ((versionAndFlags & 0x40c0) !== 0) return false;
  const geneveLen = GENEVE_LEN + ((versionAndFlags & 0x3f) << 2);
  if (geneveLen !== GENEVE_LEN) {
    const inner = geneve + geneveLen;
    if (inner >= end || !optionsTile(frame.bytes, geneve + GENEVE_LEN, inner)) return false;
  }
  packet.outerEther = start;
  packet.outerIp = start + ETHER_LEN;
  packet.outerIpLen = IPV6_LEN;
  packet.outerUdp = udp;
  packet.geneve = geneve;
  packet.geneveLen = geneveLen;
  packet.vni = (swap16(word32(words, w + 16) >>> 16) << 8) | (word32(words, w + 17) & 0xff);
  return true;
}

/**
 * Nearly every packet in one go (`Packet.isPlain`), with no fault in any header. Does what `readEther`, `readIpAndUlp`, `checkInner`
 * and `updateFlow` do together, which are asked about all others.
 */
function readPlain(packet: Packet, { words, end }: Frame, ether: number): boolean {
  const ip = ether + ETHER_LEN;
  if ((ip & 3) !== 0 || words.length === 0 || ip + IPV4_LEN > end) return false;
  const key = packet.flow.words;
  const w = ip >> 2;
  const first = word32(words, w);
  const etherType = word32(words, w - 1) >>> 16;
  let ulp: number;
  let proto: number;
  let ulpLen: number;
  if (etherType === WORD_IPV4) {
    // The first word in memory order: version and header length, class, total length.
    const headerLen = (first & 0x0f) << 2;
    const totalLen = ((first >>> 8) & 0xff00) | (first >>> 24);
    if ((first & 0xf0) !== 0x40 || headerLen < IPV4_LEN || totalLen < headerLen || totalLen > end - ip) return false;
    ulp = ip + headerLen;
    proto = (word32(words, w + 2) >>> 8) & 0xff;
    packet.etherType = ETHERTYPE_IPV4;
    packet.ipVersion = 4;
    packet.protoAt = ip + 9;
    // The other words of an IPv4 key are zero already
    if (word32(key, 9) >>> 8 !== 4) key.fill(0);
    key[0] = word32(words, w + 3);
    key[4] = word32(words, w + 4);
    key[9] = proto | (4 << 8);
  } else if (etherType === WORD_IPV6) {
    ulp = ip + IPV6_LEN;
    if ((first & 0xf0) !== 0x60 || ulp > end) return false;
    const second = word32(words, w + 1);
    if (swap16(second) > end - ulp) return false;
    proto = (second >>> 16) & 0xff;
    packet.etherType = ETHERTYPE_IPV6;
    packet.ipVersion = 6;
    packet.protoAt = ip + 6;
    key[0] = word32(words, w + 2);
    key[1] = word32(words, w + 3);
    key[2] = word32(words, w + 4);
    key[3] = word32(words, w + 5);
    key[4] = word32(words, w + 6);
    key[5] = word32(words, w + 7);
    key[6] = word32(words, w + 8);
    key[7] = word32(words, w + 9);
    key[9] = proto | (6 << 8);
  } else {
    return false;
  }
  const u = ulp >> 2;
  if (proto === TCP) {
    if (ulp + TCP_LEN > end) return false;
    ulpLen = (word32(words, u + 3) & 0xf0) >>> 2;
    if (ulpLen < TCP_LEN || ulp + ulpLen > end) return false;
    key[8] = word32(words, u);
  } else if (proto === UDP) {
    if (ulp + UDP_LEN > end || swap16(word32(words, u + 1)) > end - ulp) return false;
    ulpLen = UDP_LEN;
    key[8] = word32(words, u);
  } else if (proto === (etherType === WORD_IPV4 ? ICMP : ICMPV6)) {
    if (ulp + ICMP_LEN > end) return false;
    ulpLen = ICMP_LEN;
    const typeAndCode = word32(words, u) & 0xffff;
    key[8] = typeAndCode | (isEcho(proto, swap16(typeAndCode)) ? word32(words, u + 1) << 16 : 0);
  } else {
    return false;
  }
  packet.ether = ether;
  packet.ip = ip;
  packet.ipLen = ulp - ip;
  packet.proto = proto;
  packet.ulp = ulp;
  packet.ulpLen = ulpLen;
  packet.body = ulp + ulpLen;
  packet.isPlain = true;
  return true;
}

/** Structure of ether, IPv6, UDP and Geneve in front of a guest's frame. */
function readOuter(packet: Packet): boolean {
  const { parseError } = packet;
  const { bytes, start, end } = packet.frame;
  const ip = start + ETHER_LEN;
  if (ip >= end) return parseError.atHeader("outer_eth", "TooSmall");
  const etherType = rd16(bytes, start + 12);
  if (etherType !== ETHERTYPE_IPV6) {
    const next = etherType === ETHERTYPE_IPV4 ? readIpv4(packet, ip) : start;
    return parseError.atHeader("outer_v6", next < 0 || next >= end ? "TooSmall" : "Unwanted");
  }
  const udp = readIpv6(packet, ip);
  if (udp < 0 || udp >= end) return parseError.atHeader("outer_v6", "TooSmall");
  const { proto } = packet;
  if (proto !== UDP && proto !== TCP) return parseError.atHeader("outer_udp", "Unwanted");
  if (proto === TCP) {
    return parseError.atHeader("outer_udp", tcpLength(bytes, udp, end) < 0 ? "TooSmall" : "Reject");
  }
  const geneve = udp + UDP_LEN;
  if (geneve > end) return parseError.atHeader("outer_udp", "TooSmall");
  if (rd16(bytes, udp + 2) !== GENEVE_PORT) return parseError.atHeader("outer_udp", "Reject");
  if (geneve >= end) return parseError.atHeader("outer_udp", "TooSmall");
  if (geneve + GENEVE_LEN > end) return parseError.atHeader("outer_encap", "TooSmall");
  const geneveLen = GENEVE_LEN + ((rd8(bytes, geneve) & 0x3f) << 2);
  const inner = geneve + geneveLen;
  if (inner >= end || !optionsTile(bytes, geneve + GENEVE_LEN, inner)) {
    return parseError.atHeader("outer_encap", "TooSmall");
  }
  packet.outerEther = start;
  packet.outerIp = ip;
  packet.outerIpLen = udp - ip;
  packet.outerUdp = udp;
  packet.geneve = geneve;
  packet.geneveLen = geneveLen;
  return true;
}

/** Structure of the guest's Ethernet header. */
function readEther(packet: Packet, at: number): boolean {
  const { bytes, end } = packet.frame;
  if (at + ETHER_LEN >= end) return packet.parseError.atHeader("inner_eth", "TooSmall");
  packet.ether = at;
  packet.etherType = rd16(bytes, at + 12);
  packet.body = at + ETHER_LEN;
  return true;
}

/** Structure of the guest's IP and upper-layer headers. */
function readIpAndUlp(packet: Packet): boolean {
  const { parseError } = packet;
  const { bytes, end } = packet.frame;
  const ip = packet.body;
  let ulp: number;
  if (packet.etherType === ETHERTYPE_IPV4) {
    packet.ipVersion = 4;
    ulp = readIpv4(packet, ip);
  } else if (packet.etherType === ETHERTYPE_IPV6) {
    packet.ipVersion = 6;
    ulp = readIpv6(packet, ip);
  } else {
    return parseError.atHeader("inner_l3", "Unwanted");
  }
  if (ulp < 0 || ulp >= end) return parseError.atHeader("inner_l3", "TooSmall");
  packet.ip = ip;
  packet.ipLen = ulp - ip;
  let ulpLen: number;
  switch (packet.proto) {
    case TCP:
      ulpLen = tcpLength(bytes, ulp, end);
      break;
    case UDP:
      ulpLen = UDP_LEN;
      break;
    case ICMP:
    case ICMPV6:
      ulpLen = ICMP_LEN;
      break;
    default:
      return parseError.atHeader("inner_ulp", "Unwanted");
  }
  if (ulpLen < 0 || ulp + ulpLen > end) return parseError.atHeader("inner_ulp", "TooSmall");
  packet.ulp = ulp;
  packet.ulpLen = ulpLen;
  packet.body = ulp + ulpLen;
  return true;
}

/** Sets `proto`; returns the offset behind the header and its options, or -1 if they do not fit. */
function readIpv4(packet: Packet, ip: number): number {
  const { bytes, end } = packet.frame;
  if (ip + IPV4_LEN > end) return -1;
  packet.protoAt = ip + 9;
  packet.proto = rd8(bytes, ip + 9);
  // A header length below 5 is read as 5 and refused later, with the other values.
  const next = ip + Math.max(IPV4_LEN, (rd8(bytes, ip) & 0x0f) << 2);
  return next <= end ? next : -1;
}

/** Sets `proto`; returns the offset behind the header and its extension headers, or -1 if they do not fit. */
function readIpv6(packet: Packet, ip: number): number {
  const { bytes, end } = packet.frame;
  let next = ip + IPV6_LEN;
  if (next > end) return -1;
  let protoAt = ip + 6;
  let proto = rd8(bytes, protoAt);
  while (isExtension(proto)) {
    if (next + EXTENSION_UNIT > end) return -1;
    protoAt = next;
    next += extensionLength(bytes, next, proto);
    if (next > end) return -1;
    proto = rd8(bytes, protoAt);
  }
  packet.protoAt = protoAt;
  packet.proto = proto;
  return next;
}

/** Length of a TCP header with its options, or -1 if they do not fit. A data offset below 5 is read as 5. */
function tcpLength(bytes: Uint8Array, at: number, end: number): number {
  if (at + TCP_LEN > end) return -1;
  const length = Math.max(TCP_LEN, (rd8(bytes, at + 12) >>> 4) << 2);
  return at + length <= end ? length : -1;
}

function checkOuter(packet: Packet): boolean {
  if (!checkIpv6(packet, packet.outerIp) || !checkUdp(packet, packet.outerUdp)) return false;
  const version = rd8(packet.frame.bytes, packet.geneve) >>> 6;
  return version === 0 || packet.parseError.atField("illegal_value", "Geneve.version", 0, version);
}

function checkInner(packet: Packet): boolean {
  if (!(packet.ipVersion === 4 ? checkIpv4(packet, packet.ip) : checkIpv6(packet, packet.ip))) return false;
  return packet.proto !== UDP || checkUdp(packet, packet.ulp);
}

function checkIpv4(packet: Packet, ip: number): boolean {
  const { parseError } = packet;
  const { bytes, end } = packet.frame;
  const version = rd8(bytes, ip) >>> 4;
  if (version !== 4) return parseError.atField("illegal_value", "Ipv4.version", 4, version);
  const headerWords = rd8(bytes, ip) & 0x0f;
  if (headerWords < 5) return parseError.atField("illegal_value", "Ipv4.ihl", 5, headerWords);
  const totalLen = rd16(bytes, ip + 2);
  if (totalLen < headerWords << 2) {
    return parseError.atField("bad_length", "Ipv4.total_len(min)", headerWords << 2, totalLen);
  }
  return totalLen <= end - ip || parseError.atField("bad_length", "Ipv4.total_len", end - ip, totalLen);
}

function checkIpv6(packet: Packet, ip: number): boolean {
  const { parseError } = packet;
  const { bytes, end } = packet.frame;
  const version = rd8(bytes, ip) >>> 4;
  if (version !== 6) return parseError.atField("illegal_value", "Ipv6.version", 6, version);
  const available = end - ip - IPV6_LEN;
  const payloadLen = rd16(bytes, ip + 4);
  return payloadLen <= available || parseError.atField("bad_length", "Ipv6.payload_len", available, payloadLen);
}

function checkUdp(packet: Packet, udp: number): boolean {
  const { bytes, end } = packet.frame;
  const length = rd16(bytes, udp + 4);
  return length <= end - udp || packet.parseError.atField("bad_length", "Udp.length", end - udp, length);
}
