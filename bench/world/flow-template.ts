// Frames of many flows that differ in the peer's address and the guest's port alone, written fast and with true checksums.

import type { Direction } from "opte-api";
import { type IpAddr, Ipv4Addr, Ipv6Addr } from "opte-api";
import { GATEWAY_MAC } from "oxide-vpc/api";
import { encapsulate, EXTERNAL, ipFrame, type Message } from "../../packages/oxide-vpc/test/frames.ts";
import { BOUNDARY_IP, GUEST_MAC, GUEST_PHYS_IP, PEER_MAC, PEER_PHYS_IP, VNI } from "./addresses.ts";

export type Family = 4 | 6;
export type Protocol = "tcp" | "udp" | "icmp";

/** What the frames of a template have in common. */
export interface TemplateOptions {
  readonly dir: Direction;
  readonly family: Family;
  readonly protocol: Protocol;
  /** Bytes behind the upper-layer header. */
  readonly bodyLen: number;
  /** TCP flags. */
  readonly flags?: number;
  readonly seq?: number;
  readonly ack?: number;
  /** The guest's address, as the frame has it: after NAT for what comes in. */
  readonly guest: IpAddr;
  /** A peer; its last 32 bits vary by flow. */
  readonly peer: IpAddr;
  /** Whether the frame comes from outside of the VPC. */
  readonly isExternal: boolean;
}

const HEADER_LEN = { tcp: 20, udp: 8, icmp: 8 } as const;
const CHECKSUM_AT = { tcp: 16, udp: 6, icmp: 2 } as const;
/** Port of the peer. */
const PEER_PORT = 8080;

export class FlowTemplate {
  /** A frame with 0 where flows differ. */
  readonly bytes: Uint8Array;
  /** Bytes of the encapsulation in front of the guest's Ethernet header. */
  readonly tunnelLen: number;
  readonly headersLen: number;

  readonly #isIpv4: boolean;
  readonly #ip: number;
  readonly #peerAt: number;
  readonly #portAt: number;
  readonly #checksumAt: number;
  readonly #isAddressSummed: boolean;
  readonly #ipSum: number;
  readonly #sum: number;

  constructor(options: TemplateOptions) {
    const { dir, family, protocol } = options;
    const inner = innerFrame(options);
    this.bytes = dir === "out" ? inner : tunnelled(inner, options);
    this.tunnelLen = this.bytes.length - inner.length;
    const ip = this.tunnelLen + 14;
    const ulp = ip + (family === 4 ? 20 : 40);
    this.#isIpv4 = family === 4;
    this.#ip = ip;
    // The last word of the peer's address
    if (family === 4) this.#peerAt = ip + (dir === "out" ? 16 : 12);
    else this.#peerAt = ip + (dir === "out" ? 36 : 20);
    if (protocol === "icmp") this.#portAt = ulp + 4;
    else this.#portAt = ulp + (dir === "out" ? 0 : 2);
    this.#checksumAt = ulp + CHECKSUM_AT[protocol];
    this.#isAddressSummed = !(family === 4 && protocol === "icmp");
    this.headersLen = ulp + HEADER_LEN[protocol];
    this.#ipSum = ~rd16(this.bytes, ip + 10) & 0xffff;
    this.#sum = ~rd16(this.bytes, this.#checksumAt) & 0xffff;
  }

  /** Writes the headers of a frame at `at` of `bytes`, where a body of this template is already. */
  write(bytes: Uint8Array, at: number, peerWord: number, port: number): void {
    const { bytes: template, headersLen } = this;
    for (let i = 0; i < headersLen; i++) bytes[at + i] = template[i] ?? 0;
    wr16(bytes, at + this.#peerAt, peerWord >>> 16);
    wr16(bytes, at + this.#peerAt + 2, peerWord & 0xffff);
    wr16(bytes, at + this.#portAt, port);
    const address = (peerWord >>> 16) + (peerWord & 0xffff);
    if (this.#isIpv4) wr16(bytes, at + this.#ip + 10, ~fold(this.#ipSum + address));
    const sum = this.#sum + port + (this.#isAddressSummed ? address : 0);
    wr16(bytes, at + this.#checksumAt, ~fold(sum));
  }
}

function innerFrame({ dir, family, protocol, guest, peer, ...rest }: TemplateOptions): Uint8Array {
  const anyPeer = withLastWord(peer, 0);
  const [src, dst] = dir === "out" ? [guest, anyPeer] : [anyPeer, guest];
  const macs = dir === "out" ? { dst: GATEWAY_MAC, src: GUEST_MAC } : { dst: GUEST_MAC, src: PEER_MAC };
  return ipFrame(macs, src, dst, message(dir, family, protocol, rest));
}

function tunnelled(inner: Uint8Array, { isExternal }: TemplateOptions): Uint8Array {
  const tunnel = { src: PEER_PHYS_IP, dst: GUEST_PHYS_IP, vni: VNI };
  if (!isExternal) return encapsulate(inner, tunnel);
  return encapsulate(inner, { ...tunnel, src: BOUNDARY_IP, options: [EXTERNAL] });
}

/** The bytes of a body differ, so that a checksum over the wrong ones shows. */
function message(
  dir: Direction,
  family: Family,
  protocol: Protocol,
  { bodyLen, flags = 0, seq = 0, ack = 0 }: Pick<TemplateOptions, "bodyLen" | "flags" | "seq" | "ack">,
): Message {
  const body = Array.from({ length: bodyLen }, (_, i) => (i * 7) & 0xff);
  const [srcPort, dstPort] = dir === "out" ? [0, PEER_PORT] : [PEER_PORT, 0];
  const ports = [...u16(srcPort), ...u16(dstPort)];
  switch (protocol) {
    case "tcp": {
      const rest = [...u32(seq), ...u32(ack), 0x50, flags, 0xff, 0xff, 0, 0, 0, 0];
      return { proto: 6, bytes: [...ports, ...rest, ...body], checksumAt: 16 };
    }
    case "udp":
      return { proto: 17, bytes: [...ports, ...u16(8 + bodyLen), 0, 0, ...body], checksumAt: 6 };
    case "icmp": {
      const [request, reply] = family === 4 ? [8, 0] : [128, 129];
      const bytes = [dir === "out" ? request : reply, 0, 0, 0, 0, 0, 0, 1, ...body];
      return { proto: family === 4 ? 1 : 58, bytes, checksumAt: 2 };
    }
  }
}

/** An address with another last 32 bits. */
export function withLastWord(ip: IpAddr, word: number): IpAddr {
  if (ip.family === 4) return Ipv4Addr.fromNumber(word >>> 0);
  const [a, b, c] = ip.words;
  return Ipv6Addr.fromWords(a, b, c, word);
}

function fold(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}

function rd16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function wr16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

function u16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}
