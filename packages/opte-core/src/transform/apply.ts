// Runs a transform program on a packet in place (spec 01 §7): what a hit in the unified flow table does. Allocates nothing.

import { rd8, word32, wr16, wrWord } from "../packet/bytes.js";
import { writeIpv4Checksum } from "../packet/checksum.js";
import { MAX_FRAME_LEN } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";
import { updateUlpChecksum } from "./inner-checksum.js";
import { ProgramFlag, ProgramWord } from "./program.js";
import { RewriteStatus } from "./rewrite-status.js";
import type { TemplateTable } from "./template-table.js";

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
  if ((flags & (ProgramFlag.EtherDst | ProgramFlag.EtherSrc)) !== 0) writeMacs(words, at, packet, flags);
  if ((flags & ProgramFlag.ChecksumsDirty) !== 0) writeInner(words, at, packet, flags);
  if ((flags & ProgramFlag.Push) !== 0) return pushTemplate(words, at, packet, templates);
  if ((flags & ProgramFlag.Strip) !== 0) frame.start = packet.ether;
  return frame.end - frame.start > MAX_FRAME_LEN ? RewriteStatus.FrameTooLong : RewriteStatus.Done;
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

/**
 * Puts the encapsulation of a program that has {@link ProgramFlag.Push} in front of a packet, in place of what it has.
 *
 * @returns on a status but `Done` nothing is changed
 */
export function pushTemplate(words: Int32Array, at: number, packet: Packet, templates: TemplateTable): RewriteStatus {
  const { frame } = packet;
  const { bytes, end } = frame;
  const template = templates.get(word32(words, at + ProgramWord.Template));
  const start = packet.ether - template.bytes.length;
  if (start < 0) return RewriteStatus.Headroom;
  if (end - start > MAX_FRAME_LEN) return RewriteStatus.FrameTooLong;
  bytes.set(template.bytes, start);
  const innerLen = end - packet.ether;
  const udp = start + template.udpAt;
  wr16(bytes, start + template.ipLengthAt, template.ipLengthBase + innerLen);
  wr16(bytes, udp, word32(words, at + ProgramWord.Entropy));
  wr16(bytes, udp + 4, template.udpLengthBase + innerLen);
  frame.start = start;
  return RewriteStatus.Done;
}
