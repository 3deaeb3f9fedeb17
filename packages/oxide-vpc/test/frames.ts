// Frames for tests: built from what matters, read back into what matters.

import { IpAddr, type Ipv6Addr, MacAddr } from "opte-api";

const ETHERTYPE = { 4: 0x0800, 6: 0x86dd } as const;
export const ICMP = 1;
const TCP = 6;
const UDP = 17;
export const ICMPV6 = 58;

/** TCP flags. */
export const SYN = 0x02;
export const ACK = 0x10;

/** An upper-layer message that does not know its checksum yet. */
export interface Message {
  readonly proto: number;
  readonly bytes: readonly number[];
  /** Offset of the checksum. */
  readonly checksumAt: number;
}

export function udp(srcPort: number, dstPort: number, body: readonly number[] = []): Message {
  return {
    proto: UDP,
    bytes: [...u16(srcPort), ...u16(dstPort), ...u16(8 + body.length), 0, 0, ...body],
    checksumAt: 6,
  };
}

export function tcp(
  srcPort: number,
  dstPort: number,
  flags: number,
  seq = 0,
  ack = 0,
  body: readonly number[] = [],
): Message {
  const ports = [...u16(srcPort), ...u16(dstPort)];
  const bytes = [...ports, ...u32(seq), ...u32(ack), 0x50, flags, 0xff, 0xff, 0, 0, 0, 0, ...body];
  return { proto: TCP, bytes, checksumAt: 16 };
}

/** An ICMP or ICMPv6 message: type, code, the four bytes behind the checksum, body. */
export function icmp(
  proto: number,
  type: number,
  code: number,
  rest: readonly number[],
  body: readonly number[] = [],
): Message {
  return { proto, bytes: [type, code, 0, 0, ...rest, ...body], checksumAt: 2 };
}

/** An echo request or reply. */
export function echo(proto: number, type: number, id: number, seq = 1): Message {
  return icmp(proto, type, 0, [...u16(id), ...u16(seq)], [0x61, 0x62, 0x63, 0x64]);
}

/** An IP packet with a message, checksums and all. */
export function ipPacket(src: IpAddr, dst: IpAddr, message: Message): number[] {
  const payload = withChecksum(src, dst, message);
  if (src.family === 6) {
    return [0x60, 0, 0, 0, ...u16(payload.length), message.proto, 64, ...src.bytes, ...dst.bytes, ...payload];
  }
  const header = [
    0x45,
    0,
    ...u16(20 + payload.length),
    0,
    0,
    0x40,
    0,
    64,
    message.proto,
    0,
    0,
    ...src.bytes,
    ...dst.bytes,
  ];
  const checksum = internetChecksum(header);
  return [...header.slice(0, 10), ...u16(checksum), ...header.slice(12), ...payload];
}

export function ether(dst: MacAddr, src: MacAddr, etherType: number, payload: readonly number[]): Uint8Array {
  return Uint8Array.from([...dst.bytes, ...src.bytes, ...u16(etherType), ...payload]);
}

/** A frame with an IP packet. */
export function ipFrame(
  macs: { readonly dst: MacAddr; readonly src: MacAddr },
  src: IpAddr,
  dst: IpAddr,
  message: Message,
): Uint8Array {
  return ether(macs.dst, macs.src, ETHERTYPE[src.family], ipPacket(src, dst, message));
}

/** A Geneve option: class, type, data. */
export type Option = readonly [optionClass: number, type: number, data: readonly number[]];

/** Comes from outside of the rack. */
export const EXTERNAL: Option = [0x0129, 0, []];

export interface Tunnel {
  readonly src: Ipv6Addr;
  readonly dst: Ipv6Addr;
  readonly vni: number;
  readonly options?: readonly Option[];
  /** Sets the header's flag for critical options. */
  readonly hasCritical?: boolean;
  /** Extension headers between IPv6 and UDP. */
  readonly extensions?: { readonly first: number; readonly bytes: readonly number[] };
}

/** A frame in the tunnel. */
export function encapsulate(
  frame: Uint8Array,
  { src, dst, vni, options = [], hasCritical = false, extensions }: Tunnel,
): Uint8Array {
  const area = options.flatMap(([optionClass, type, data]) => [...u16(optionClass), type, data.length / 4, ...data]);
  const geneve = [area.length / 4, hasCritical ? 0x40 : 0, 0x65, 0x58, ...u32(vni * 256), ...area, ...frame];
  const datagram = [...u16(99), ...u16(6081), ...u16(8 + geneve.length), 0, 0, ...geneve];
  const payload = [...(extensions?.bytes ?? []), ...datagram];
  const header = [0x60, 0, 0, 0, ...u16(payload.length), extensions?.first ?? UDP, 64, ...src.bytes, ...dst.bytes];
  return ether(MacAddr.parse("02:00:00:00:00:02"), MacAddr.parse("02:00:00:00:00:01"), 0x86dd, [...header, ...payload]);
}

/** What matters of an encapsulated frame. */
export interface Tunnelled {
  readonly outerDstMac: string;
  readonly src: string;
  readonly dst: string;
  readonly hopLimit: number;
  readonly entropy: number;
  readonly udpChecksum: number;
  readonly vni: number;
  /** `class/type` in hex with the data. */
  readonly options: readonly string[];
  readonly inner: Inner;
}

/** What matters of a guest's frame. */
export interface Inner {
  readonly dstMac: string;
  readonly srcMac: string;
  readonly src: string;
  readonly dst: string;
  readonly proto: number;
  /** Upper-layer message. */
  readonly message: Uint8Array;
  /** Ports; of an echo message its id, twice. */
  readonly srcPort: number;
  readonly dstPort: number;
  /** Whether every checksum is right. */
  readonly isSound: boolean;
  readonly bytes: Uint8Array;
}

export function readTunnel(frame: Uint8Array): Tunnelled {
  const view = viewOf(frame);
  const optionsLen = (frame[62] ?? 0) * 4;
  const options: string[] = [];
  for (let at = 70; at < 70 + optionsLen; at += 4 + (frame[at + 3] ?? 0) * 4) {
    const data = hex(frame.subarray(at + 4, at + 4 + (frame[at + 3] ?? 0) * 4));
    options.push(`${hex(frame.subarray(at, at + 2))}/${hex(frame.subarray(at + 2, at + 3))} ${data}`.trimEnd());
  }
  return {
    outerDstMac: MacAddr.fromBytes(frame.slice(0, 6)).toString(),
    src: address(frame, 22, 16),
    dst: address(frame, 38, 16),
    hopLimit: frame[21] ?? 0,
    entropy: view.getUint16(54),
    udpChecksum: view.getUint16(60),
    vni: view.getUint32(66) >>> 8,
    options,
    inner: readFrame(frame.slice(70 + optionsLen)),
  };
}

export function readFrame(frame: Uint8Array): Inner {
  const view = viewOf(frame);
  const isIpv4 = view.getUint16(12) === ETHERTYPE[4];
  const [addressesAt, addressLen] = isIpv4 ? [26, 4] : [22, 16];
  const proto = frame[isIpv4 ? 23 : 20] ?? 0;
  const messageAt = isIpv4 ? 34 : 54;
  const message = frame.slice(messageAt);
  const isEcho = proto === ICMP || proto === ICMPV6;
  const src = address(frame, addressesAt, addressLen);
  const dst = address(frame, addressesAt + addressLen, addressLen);
  return {
    dstMac: MacAddr.fromBytes(frame.slice(0, 6)).toString(),
    srcMac: MacAddr.fromBytes(frame.slice(6, 12)).toString(),
    src,
    dst,
    proto,
    message,
    srcPort: view.getUint16(messageAt + (isEcho ? 4 : 0)),
    dstPort: view.getUint16(messageAt + (isEcho ? 4 : 2)),
    isSound:
      (!isIpv4 || internetChecksum([...frame.slice(14, 34)]) === 0) &&
      internetChecksum([...pseudoHeader(IpAddr.parse(src), IpAddr.parse(dst), proto, message.length), ...message]) ===
        0,
    bytes: frame,
  };
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function unhex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

export function u16(value: number): number[] {
  return [value >>> 8, value & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}

function withChecksum(src: IpAddr, dst: IpAddr, { proto, bytes, checksumAt }: Message): number[] {
  const sum = internetChecksum([...pseudoHeader(src, dst, proto, bytes.length), ...bytes]);
  return [...bytes.slice(0, checksumAt), ...u16(sum), ...bytes.slice(checksumAt + 2)];
}

/** ICMP alone has none. */
function pseudoHeader(src: IpAddr, dst: IpAddr, proto: number, length: number): number[] {
  return proto === ICMP ? [] : [...src.bytes, ...dst.bytes, ...u32(length), 0, 0, 0, proto];
}

function internetChecksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function address(frame: Uint8Array, at: number, length: number): string {
  return IpAddr.fromBytes(frame.slice(at, at + length)).toString();
}

function viewOf(frame: Uint8Array): DataView {
  return new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
}
