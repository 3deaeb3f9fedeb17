// Runs a transform program on a packet in place (spec 01 §7): what a hit in the unified flow table does. Allocates nothing.

import { rd16, rd8, word32, wr16, wrWord } from "../packet/bytes.js";
import { finishSum, sumWord, updateChecksum, writeIpv4Checksum } from "../packet/checksum.js";
import { MAX_FRAME_LEN, type Frame } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";
import { UDP_ZERO, updateUlpChecksum } from "./inner-checksum.js";
import { ProgramFlag, ProgramWord } from "./program.js";
import { IPV4_LEN } from "./pushed-header.js";
import { RewriteStatus } from "./rewrite-status.js";
import type { Template, TemplateTable } from "./template-table.js";

const TCP = 6;
/** Offsets of the checksum in an upper-layer header. */
const TCP_CHECKSUM = 16;
const UDP_CHECKSUM = 6;

/**
 * Does to a packet, freshly parsed, what the transformations of its flow do: the same bytes as `Rewrite` gives, headers, checksums
 * and lengths. Its flow id stays that of before.
 *
 * @param words program from word `at` on, compiled for the packet's flow
 * @returns on a status but `Done` the packet cannot be sent, and its bytes are unspecified
 */
export function applyProgram(words: Int32Array, at: number, packet: Packet, templates: TemplateTable): RewriteStatus {
  const { frame } = packet;
  const flags = word32(words, at);
  if (packet.isPlain && (flags & RARE) === 0) applyToPlain(words, at, packet, flags);
  else {
    if ((flags & (ProgramFlag.EtherDst | ProgramFlag.EtherSrc)) !== 0) writeMacs(words, at, packet, flags);
    if ((flags & ProgramFlag.ChecksumsDirty) !== 0) writeInner(words, at, packet, flags);
  }
  if ((flags & ProgramFlag.Push) !== 0) return push(words, at, packet, templates);
  if ((flags & ProgramFlag.Strip) !== 0) frame.start = packet.ether;
  return frame.end - frame.start > MAX_FRAME_LEN ? RewriteStatus.FrameTooLong : RewriteStatus.Done;
}

/** What only the functions below write that take any packet. */
const RARE = ProgramFlag.Protocol | ProgramFlag.TcpFlags;

/** `writeMacs` and `writeInner` for a plain packet, in words and in one go. */
function applyToPlain(words: Int32Array, at: number, packet: Packet, flags: number): void {
  const { frame, ether, ulp, proto } = packet;
  const { bytes, words: headers } = frame;
  if ((flags & (ProgramFlag.EtherDst | ProgramFlag.EtherSrc)) !== 0) {
    // An IP header on a word boundary has a MAC address of 2 and 4 bytes in front, and one of 4 and 2.
    const middle = word32(words, at + ProgramWord.Macs + 1);
    const w = (ether + 2) >> 2;
    if ((flags & ProgramFlag.EtherDst) !== 0) {
      const first = word32(words, at + ProgramWord.Macs);
      bytes[ether] = first;
      bytes[ether + 1] = first >>> 8;
      headers[w] = (first >>> 16) | (middle << 16);
    }
    if ((flags & ProgramFlag.EtherSrc) !== 0) {
      const last = word32(words, at + ProgramWord.Macs + 2);
      headers[w + 1] = (middle >>> 16) | (last << 16);
      bytes[ether + 10] = last >>> 16;
      bytes[ether + 11] = last >>> 24;
    }
  }
  if ((flags & ProgramFlag.ChecksumsDirty) === 0) return;
  const ip = packet.ip >> 2;
  if (packet.ipVersion === 4) {
    if ((flags & ProgramFlag.IpSrc) !== 0) headers[ip + 3] = word32(words, at + ProgramWord.Src);
    if ((flags & ProgramFlag.IpDst) !== 0) headers[ip + 4] = word32(words, at + ProgramWord.Dst);
    if (packet.ipLen === IPV4_LEN) {
      // A sum in memory order is the sum in network order with its bytes swapped (RFC 1071 §2 B); the checksum is half of a word.
      const third = word32(headers, ip + 2) & 0xffff;
      const start = sumWord(word32(headers, ip)) + sumWord(word32(headers, ip + 1)) + third;
      const checksum = finishSum(start + sumWord(word32(headers, ip + 3)) + sumWord(word32(headers, ip + 4)));
      headers[ip + 2] = third | (checksum << 16);
    } else {
      writeIpv4Checksum(bytes, packet.ip, packet.ipLen);
    }
  } else {
    if ((flags & ProgramFlag.IpSrc) !== 0) writeIpv6Address(words, at + ProgramWord.Src, headers, ip + 2);
    if ((flags & ProgramFlag.IpDst) !== 0) writeIpv6Address(words, at + ProgramWord.Dst, headers, ip + 6);
  }
  if ((flags & ProgramFlag.Ports) !== 0) headers[ulp >> 2] = word32(words, at + ProgramWord.Info);
  const delta = word32(words, at + ProgramWord.Entropy) >>> 16;
  if (proto === TCP) {
    wr16(bytes, ulp + TCP_CHECKSUM, updateChecksum(rd16(bytes, ulp + TCP_CHECKSUM), delta));
    return;
  }
  const received = rd16(bytes, ulp + UDP_CHECKSUM);
  if (received !== 0) wr16(bytes, ulp + UDP_CHECKSUM, updateChecksum(received, delta) || UDP_ZERO);
}

function writeIpv6Address(words: Int32Array, from: number, headers: Int32Array, to: number): void {
  headers[to] = word32(words, from);
  headers[to + 1] = word32(words, from + 1);
  headers[to + 2] = word32(words, from + 2);
  headers[to + 3] = word32(words, from + 3);
}

function writeMacs(words: Int32Array, at: number, packet: Packet, flags: number): void {
  const { bytes } = packet.frame;
  const { ether } = packet;
  const middle = word32(words, at + ProgramWord.Macs + 1);
  if ((flags & ProgramFlag.EtherDst) !== 0) {
    wrWord(bytes, ether, word32(words, at + ProgramWord.Macs));
    bytes[ether + 4] = middle;
    bytes[ether + 5] = middle >>> 8;
  }
  if ((flags & ProgramFlag.EtherSrc) !== 0) {
    bytes[ether + 6] = middle >>> 16;
    bytes[ether + 7] = middle >>> 24;
    wrWord(bytes, ether + 8, word32(words, at + ProgramWord.Macs + 2));
  }
}

/** Addresses, ports and the like; then the checksums. */
function writeInner(words: Int32Array, at: number, packet: Packet, flags: number): void {
  const { bytes } = packet.frame;
  const { ip, ulp } = packet;
  const isV4 = packet.ipVersion === 4;
  if ((flags & ProgramFlag.IpSrc) !== 0) {
    writeAddress(words, at + ProgramWord.Src, bytes, ip + (isV4 ? 12 : 8), isV4);
  }
  if ((flags & ProgramFlag.IpDst) !== 0) {
    writeAddress(words, at + ProgramWord.Dst, bytes, ip + (isV4 ? 16 : 24), isV4);
  }
  let delta = word32(words, at + ProgramWord.Entropy) >>> 16;
  const info = word32(words, at + ProgramWord.Info);
  if ((flags & ProgramFlag.Ports) !== 0) {
    wrWord(bytes, ulp, info);
  } else if ((flags & ProgramFlag.IcmpId) !== 0) {
    bytes[ulp + 4] = info >>> 16;
    bytes[ulp + 5] = info >>> 24;
  }
  if ((flags & (ProgramFlag.Protocol | ProgramFlag.TcpFlags)) !== 0) {
    const values = word32(words, at + ProgramWord.Bytes);
    if ((flags & ProgramFlag.Protocol) !== 0) bytes[packet.protoAt] = values >>> 8;
    if ((flags & ProgramFlag.TcpFlags) !== 0) {
      // The flags of a flow's packets differ, so they are no part of the delta that the program knows.
      delta += (values & 0xff) + (~rd8(bytes, ulp + 13) & 0xffff);
      bytes[ulp + 13] = values;
    }
  }
  updateUlpChecksum(packet, delta);
  if (isV4) writeIpv4Checksum(bytes, ip, packet.ipLen);
}

function writeAddress(words: Int32Array, from: number, bytes: Uint8Array, to: number, isV4: boolean): void {
  const count = isV4 ? 1 : 4;
  for (let i = 0; i < count; i++) wrWord(bytes, to + 4 * i, word32(words, from + i));
}

function push(words: Int32Array, at: number, packet: Packet, templates: TemplateTable): RewriteStatus {
  const { frame } = packet;
  const { bytes, end } = frame;
  const template = templates.get(word32(words, at + ProgramWord.Template));
  const start = packet.ether - template.bytes.length;
  if (start < 0) return RewriteStatus.Headroom;
  if (end - start > MAX_FRAME_LEN) return RewriteStatus.FrameTooLong;
  writeTemplate(template, frame, start);
  const innerLen = end - packet.ether;
  const udp = start + template.udpAt;
  wr16(bytes, start + template.ipLengthAt, template.ipLengthBase + innerLen);
  wr16(bytes, udp, word32(words, at + ProgramWord.Entropy));
  wr16(bytes, udp + 4, template.udpLengthBase + innerLen);
  frame.start = start;
  return RewriteStatus.Done;
}

function writeTemplate(template: Template, frame: Frame, start: number): void {
  const { bytes } = template;
  const { words } = frame;
  if ((start & 3) !== 0 || words.length === 0) {
    frame.bytes.set(bytes, start);
    return;
  }
  const from = template.words;
  const to = start >> 2;
  if (from.length === GENEVE_OVER_IPV6_WORDS) copyGeneveOverIpv6(from, words, to);
  else for (let i = 0; i < from.length; i++) words[to + i] = word32(from, i);
  for (let i = from.length << 2; i < bytes.length; i++) frame.bytes[start + i] = rd8(bytes, i);
}

/** Ethernet, IPv6, UDP and Geneve without options are 70 bytes: seventeen words and a half. */
const GENEVE_OVER_IPV6_WORDS = 17;

/** Nearly every encapsulation, written out: a loop over so few words costs half as much again, and a call to `set` twice as much. */
function copyGeneveOverIpv6(from: Int32Array, words: Int32Array, to: number): void {
  words[to + 16] = word32(from, 16);
  words[to + 15] = word32(from, 15);
  words[to + 14] = word32(from, 14);
  words[to + 13] = word32(from, 13);
  words[to + 12] = word32(from, 12);
  words[to + 11] = word32(from, 11);
  words[to + 10] = word32(from, 10);
  words[to + 9] = word32(from, 9);
  words[to + 8] = word32(from, 8);
  words[to + 7] = word32(from, 7);
  words[to + 6] = word32(from, 6);
  words[to + 5] = word32(from, 5);
  words[to + 4] = word32(from, 4);
  words[to + 3] = word32(from, 3);
  words[to + 2] = word32(from, 2);
  words[to + 1] = word32(from, 1);
  words[to + 0] = word32(from, 0);
}
