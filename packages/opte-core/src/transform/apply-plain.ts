// Runs a transform program on a plain packet (`Packet.isPlain`) in words and in one go: what nearly every packet needs.
//
// It gives what `applyProgram` gives, and is written out because of what calls cost: at tens of nanoseconds a packet, as much as the
// work itself. Whatever is rare it leaves to `applyProgram`.

import { rd16, word32, wr16 } from "../packet/bytes.js";
import { finishSum, sumWord, updateChecksum } from "../packet/checksum.js";
import { MAX_FRAME_LEN } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";
import { UDP_ZERO } from "./inner-checksum.js";
import { ProgramFlag, ProgramWord } from "./program.js";
import { FLAT_LENGTH, FLAT_WORDS } from "./template-table.js";

// What is shared between files is read from memory at each use, a constant of this file is part of the code.
const TEMPLATE_STRIDE = FLAT_WORDS;
const LENGTH_AT = FLAT_LENGTH;
const MAX_LEN = MAX_FRAME_LEN;

const TEMPLATE_AT = ProgramWord.Template;
const ENTROPY_AT = ProgramWord.Entropy;
const INFO_AT = ProgramWord.Info;
const MACS_AT = ProgramWord.Macs;
const SRC_AT = ProgramWord.Src;
const DST_AT = ProgramWord.Dst;

const STRIP = ProgramFlag.Strip;
const PUSH = ProgramFlag.Push;
const CHECKSUMS_DIRTY = ProgramFlag.ChecksumsDirty;
const ETHER_DST = ProgramFlag.EtherDst;
const ETHER_SRC = ProgramFlag.EtherSrc;
const IP_SRC = ProgramFlag.IpSrc;
const IP_DST = ProgramFlag.IpDst;
const PORTS = ProgramFlag.Ports;
const ICMP_ID = ProgramFlag.IcmpId;
const RARE = ProgramFlag.Protocol | ProgramFlag.TcpFlags;

const TCP = 6;
const UDP = 17;
/** Offsets of the checksum in an upper-layer header, and of what identifies an echo. */
const TCP_CHECKSUM = 16;
const UDP_CHECKSUM = 6;
const ICMP_CHECKSUM = 2;
const ICMP_ID_AT = 4;

/** Ethernet and IPv6 in front of UDP. */
const ENCAP_UDP = 54;
/** Whole words of an encapsulation without options. */
const SHORT_ENCAP_WORDS = 17;

/**
 * Where the frame of a plain packet will begin once {@link applyPlain} has run the program at word `at`, or -1 if it cannot.
 *
 * @param flat see {@link TemplateTable.flat}
 */
export function plainStart(words: Int32Array, at: number, packet: Packet, flat: Int32Array): number {
  const { frame, ether } = packet;
  const flags = word32(words, at);
  let { start } = frame;
  if ((flags & PUSH) !== 0) {
    const length = word32(flat, word32(words, at + TEMPLATE_AT) * TEMPLATE_STRIDE + LENGTH_AT);
    start = ether - length;
    if (length === 0 || (start & 3) !== 0) return -1;
  } else if ((flags & STRIP) !== 0) {
    start = ether;
  }
  return (flags & RARE) !== 0 || frame.end - start > MAX_LEN ? -1 : start;
}

/**
 * Does to a plain packet, freshly parsed, what the transformations of its flow do. Its flow id stays that of before.
 *
 * @param words program from word `at` on, compiled for the packet's flow
 * @param start what {@link plainStart} gave, not below 0
 */
export function applyPlain(words: Int32Array, at: number, packet: Packet, flat: Int32Array, start: number): void {
  const { frame, ether, ulp } = packet;
  const { bytes, words: headers, end } = frame;
  const flags = word32(words, at);
  // An IP header on a word boundary has words in front of it that begin with the last half of the encapsulation and the first of the
  // destination, the rest of that, the first part of the source, and the last before the Ethernet type.
  const w = (ether - 2) >> 2;
  let dstStart = word32(headers, w) >>> 16;
  if ((flags & (ETHER_DST | ETHER_SRC)) !== 0) {
    const middle = word32(words, at + MACS_AT + 1);
    if ((flags & ETHER_DST) !== 0) {
      const first = word32(words, at + MACS_AT);
      dstStart = first & 0xffff;
      headers[w + 1] = (first >>> 16) | (middle << 16);
    }
    if ((flags & ETHER_SRC) !== 0) {
      const last = word32(words, at + MACS_AT + 2);
      headers[w + 2] = (middle >>> 16) | (last << 16);
      headers[w + 3] = (last >>> 16) | (word32(headers, w + 3) & 0xffff_0000);
    }
  }
  if ((flags & CHECKSUMS_DIRTY) !== 0) {
    const { proto } = packet;
    const ip = packet.ip >> 2;
    if (packet.ipVersion === 4) {
      if ((flags & IP_SRC) !== 0) headers[ip + 3] = word32(words, at + SRC_AT);
      if ((flags & IP_DST) !== 0) headers[ip + 4] = word32(words, at + DST_AT);
      // A sum in memory order is the sum in network order with its bytes swapped (RFC 1071 §2 B); the checksum is half of a word.
      const third = word32(headers, ip + 2) & 0xffff;
      let sum = sumWord(word32(headers, ip)) + sumWord(word32(headers, ip + 1)) + third;
      const ipEnd = ip + (packet.ipLen >> 2);
      for (let i = ip + 3; i < ipEnd; i++) sum += sumWord(word32(headers, i));
      headers[ip + 2] = third | (finishSum(sum) << 16);
    } else {
      if ((flags & IP_SRC) !== 0) writeIpv6Address(words, at + SRC_AT, headers, ip + 2);
      if ((flags & IP_DST) !== 0) writeIpv6Address(words, at + DST_AT, headers, ip + 6);
    }
    if ((flags & PORTS) !== 0) headers[ulp >> 2] = word32(words, at + INFO_AT);
    const delta = word32(words, at + ENTROPY_AT) >>> 16;
    if (proto === UDP) {
      const received = rd16(bytes, ulp + UDP_CHECKSUM);
      if (received !== 0) wr16(bytes, ulp + UDP_CHECKSUM, updateChecksum(received, delta) || UDP_ZERO);
    } else {
      if ((flags & ICMP_ID) !== 0) wr16(bytes, ulp + ICMP_ID_AT, swap16(word32(words, at + INFO_AT) >>> 16));
      const checksum = ulp + (proto === TCP ? TCP_CHECKSUM : ICMP_CHECKSUM);
      wr16(bytes, checksum, updateChecksum(rd16(bytes, checksum), delta));
    }
  }
  if ((flags & PUSH) !== 0) {
    const from = word32(words, at + TEMPLATE_AT) * TEMPLATE_STRIDE;
    const to = start >> 2;
    const length = swap16(end - start - ENCAP_UDP) << 16;
    // Written out: a loop over so few words costs half as much again
    headers[to] = word32(flat, from);
    headers[to + 1] = word32(flat, from + 1);
    headers[to + 2] = word32(flat, from + 2);
    headers[to + 3] = word32(flat, from + 3);
    headers[to + 4] = word32(flat, from + 4) | length;
    headers[to + 5] = word32(flat, from + 5);
    headers[to + 6] = word32(flat, from + 6);
    headers[to + 7] = word32(flat, from + 7);
    headers[to + 8] = word32(flat, from + 8);
    headers[to + 9] = word32(flat, from + 9);
    headers[to + 10] = word32(flat, from + 10);
    headers[to + 11] = word32(flat, from + 11);
    headers[to + 12] = word32(flat, from + 12);
    headers[to + 13] = word32(flat, from + 13) | (swap16(word32(words, at + ENTROPY_AT) & 0xffff) << 16);
    headers[to + 14] = word32(flat, from + 14) | length;
    headers[to + 15] = word32(flat, from + 15);
    headers[to + 16] = word32(flat, from + 16);
    const last = w - to;
    if (last !== SHORT_ENCAP_WORDS) {
      headers[to + 17] = word32(flat, from + 17);
      headers[to + 18] = word32(flat, from + 18);
    }
    headers[w] = word32(flat, from + last) | (dstStart << 16);
  } else if ((flags & ETHER_DST) !== 0) {
    bytes[ether] = dstStart;
    bytes[ether + 1] = dstStart >>> 8;
  }
  frame.start = start;
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}

function writeIpv6Address(words: Int32Array, from: number, headers: Int32Array, to: number): void {
  headers[to] = word32(words, from);
  headers[to + 1] = word32(words, from + 1);
  headers[to + 2] = word32(words, from + 2);
  headers[to + 3] = word32(words, from + 3);
}
