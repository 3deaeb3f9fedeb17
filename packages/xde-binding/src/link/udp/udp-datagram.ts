// Frames of the underlay and the datagrams that stand for them: only Geneve and what it carries goes over a socket.

import { IpAddr, type Ipv6Addr, type MacAddr } from "opte-api";
import { Frame, GENEVE_LEN, GENEVE_PORT } from "opte-core";

/** Ethernet, IPv6 and UDP in front of the Geneve header. */
export const OUTER_LEN: number = 14 + 40 + 8;

const ETHER_LEN = 14;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const UDP = 17;
const HOP_LIMIT = 64;

/** What the headers say that a datagram arrives without. */
export interface OuterHeaders {
  readonly dstMac: MacAddr;
  readonly srcMac: MacAddr;
  readonly src: Ipv6Addr;
  readonly dst: Ipv6Addr;
  /** The sender's port: the flow's entropy, if it is one of Geneve's ephemeral ports. */
  readonly srcPort: number;
}

/** A frame with a datagram's content behind headers made anew: hop limit 64, no traffic class, no flow label, no UDP checksum. */
export function frameOf(datagram: Uint8Array, { dstMac, srcMac, src, dst, srcPort }: OuterHeaders): Frame {
  const frame = Frame.ofUnderlay(new Uint8Array(OUTER_LEN + datagram.length));
  const { bytes, start } = frame;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const udpLen = 8 + datagram.length;
  bytes.set(dstMac.bytes, start);
  bytes.set(srcMac.bytes, start + 6);
  view.setUint16(12, ETHERTYPE_IPV6);
  view.setUint8(14, 0x60);
  view.setUint16(18, udpLen);
  view.setUint8(20, UDP);
  view.setUint8(21, HOP_LIMIT);
  bytes.set(src.bytes, start + 22);
  bytes.set(dst.bytes, start + 38);
  view.setUint16(54, srcPort);
  view.setUint16(56, GENEVE_PORT);
  view.setUint16(58, udpLen);
  bytes.set(datagram, start + OUTER_LEN);
  return frame;
}

/** The group that the frame in a datagram is for; undefined if it is for one guest, or is none that we know. */
export function innerGroup(datagram: Uint8Array): IpAddr | undefined {
  const inner = GENEVE_LEN + (((datagram[0] ?? 0) & 0x3f) << 2);
  const isToGroup = ((datagram[inner] ?? 0) & 1) !== 0;
  if (!isToGroup) return undefined;
  const ip = inner + ETHER_LEN;
  const [at, length] = addressAt(((datagram[ip - 2] ?? 0) << 8) | (datagram[ip - 1] ?? 0));
  if (length === 0 || ip + at + length > datagram.length) return undefined;
  const address = IpAddr.fromBytes(datagram.subarray(ip + at, ip + at + length));
  return address.isMulticast ? address : undefined;
}

/** Offset and length of the destination in an IP header. */
function addressAt(etherType: number): readonly [at: number, length: number] {
  if (etherType === ETHERTYPE_IPV4) return [16, 4];
  return etherType === ETHERTYPE_IPV6 ? [24, 16] : [0, 0];
}
