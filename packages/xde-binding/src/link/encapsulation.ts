// Where things stand in a frame as ports encapsulate it: Ethernet, IPv6 without extension headers, UDP, Geneve with its options.

import type { Frame } from "opte-core";

/** Offsets from the start of the frame. */
export const OUTER_SRC = 22;
export const OUTER_DST = 38;
const ETHER_TYPE = 12;
const NEXT_HEADER = 20;
const GENEVE = 62;
const VNI = 66;
const OPTIONS = 70;

const ETHER_LEN = 14;
const UDP = 17;

/** Class and type of the multicast option, which stands first where it stands at all. */
const MULTICAST_OPTION = [0x01, 0x29, 0x01] as const;
const OPTION_HEAD_LEN = 4;

/** Length of a packet behind its Ethernet header, in bytes. */
export function packetLen(frame: Frame): number {
  return frame.length - ETHER_LEN;
}

/** Whether the frame carries a guest's one. */
export function isEncapsulated(frame: Frame): boolean {
  const { start } = frame;
  if (frame.length < OPTIONS + ETHER_LEN) return false;
  if (byteAt(frame, start + ETHER_TYPE) !== 0x86 || byteAt(frame, start + ETHER_TYPE + 1) !== 0xdd) return false;
  return byteAt(frame, start + NEXT_HEADER) === UDP && innerAt(frame) + ETHER_LEN <= frame.end;
}

/** Offset in the buffer of the guest's frame. */
export function innerAt(frame: Frame): number {
  return frame.start + OPTIONS + ((byteAt(frame, frame.start + GENEVE) & 0x3f) << 2);
}

export function vniOf(frame: Frame): number {
  const at = frame.start + VNI;
  return (byteAt(frame, at) << 16) | (byteAt(frame, at + 1) << 8) | byteAt(frame, at + 2);
}

export function writeVni({ bytes, start }: Frame, vni: number): void {
  const at = start + VNI;
  bytes[at] = vni >>> 16;
  bytes[at + 1] = vni >>> 8;
  bytes[at + 2] = vni;
}

/** Writes the two bits of the multicast option and leaves the others. */
export function writeReplication(frame: Frame, code: number): void {
  const at = frame.start + OPTIONS;
  if (MULTICAST_OPTION.some((byte, i) => byteAt(frame, at + i) !== byte)) return;
  const value = at + OPTION_HEAD_LEN;
  frame.bytes[value] = (byteAt(frame, value) & 0x3f) | (code << 6);
}

/** Writes the MAC address of an IPv6 group (RFC 2464 §7) as destination of the outer frame. */
export function writeGroupMac({ bytes, start }: Frame): void {
  bytes[start] = 0x33;
  bytes[start + 1] = 0x33;
  bytes.copyWithin(start + 2, start + OUTER_DST + 12, start + OUTER_DST + 16);
}

function byteAt(frame: Frame, at: number): number {
  return frame.bytes[at] as number; // Unwrap: a port has written these headers, or the length was compared
}
