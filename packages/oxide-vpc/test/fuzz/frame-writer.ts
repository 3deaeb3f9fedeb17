// Writes frames into one buffer that is used again and again: a fuzz has no time for garbage.

import type { MacAddr } from "opte-api";
import { Frame } from "opte-core";

const CAPACITY = 2048;
const ICMPV6 = 58;
const ETHERTYPE = { 4: 0x0800, 6: 0x86dd } as const;

/** Builds one frame after the other. Checksums are arbitrary, but for those of ICMPv6, which neighbour discovery looks at. */
export class FrameWriter {
  readonly frame: Frame = new Frame(new Uint8Array(CAPACITY), 0, 0);
  #at = 0;

  /** Begins a frame behind `headroom` bytes. */
  begin(headroom: number): void {
    this.frame.start = headroom;
    this.#at = headroom;
  }

  /** The frame ends here. */
  end(): void {
    this.frame.end = this.#at;
  }

  u8(value: number): void {
    this.frame.bytes[this.#at++] = value;
  }

  u16(value: number): void {
    this.u8(value >>> 8);
    this.u8(value);
  }

  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value);
  }

  raw(bytes: Uint8Array): void {
    this.frame.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  zeros(count: number): void {
    this.frame.bytes.fill(0, this.#at, this.#at + count);
    this.#at += count;
  }

  ether(dst: MacAddr, src: MacAddr, etherType: number): void {
    for (const { hi, lo } of [dst, src]) {
      this.u16(hi);
      this.u32(lo);
    }
    this.u16(etherType);
  }

  /** An IPv4 packet, its source and destination in bytes; `options` are 32-bit words of padding behind the header. */
  ipv4(src: Uint8Array, dst: Uint8Array, proto: number, options: number, payload: () => void): void {
    const start = this.#at;
    this.u8(0x45 + options);
    this.zeros(7);
    this.u8(64);
    this.u8(proto);
    this.u16(0xabcd);
    this.raw(src);
    this.raw(dst);
    for (let i = 0; i < options; i++) this.u32(0x01010101);
    payload();
    this.#patch(start + 2, this.#at - start);
  }

  /** An IPv6 packet; `extension` is the type of an empty extension header before the payload, or -1. */
  ipv6(src: Uint8Array, dst: Uint8Array, proto: number, extension: number, payload: () => void): void {
    const start = this.#at;
    this.u32(0x60000000);
    this.u16(0);
    this.u8(extension < 0 ? proto : extension);
    this.u8(255);
    this.raw(src);
    this.raw(dst);
    if (extension >= 0) {
      this.u8(proto);
      this.u8(0);
      this.u16(0x0104);
      this.u32(0);
    }
    payload();
    this.#patch(start + 4, this.#at - start - 40);
    if (proto === ICMPV6 && extension < 0) this.#correctIcmpv6(start);
  }

  /** An Ethernet frame with an IP packet of the family of its addresses. */
  ipFrame(
    macs: { readonly dst: MacAddr; readonly src: MacAddr },
    src: Uint8Array,
    dst: Uint8Array,
    proto: number,
    oddity: number,
    payload: () => void,
  ): void {
    const isIpv4 = src.length === 4;
    this.ether(macs.dst, macs.src, ETHERTYPE[isIpv4 ? 4 : 6]);
    if (isIpv4) this.ipv4(src, dst, proto, Math.max(0, oddity), payload);
    else this.ipv6(src, dst, proto, oddity > 0 ? 60 : -1, payload);
  }

  udp(srcPort: number, dstPort: number, payload: () => void): void {
    const start = this.#at;
    this.u16(srcPort);
    this.u16(dstPort);
    this.u32(0x1234);
    payload();
    this.#patch(start + 4, this.#at - start);
  }

  tcp(srcPort: number, dstPort: number, flags: number, seq: number): void {
    this.u16(srcPort);
    this.u16(dstPort);
    this.u32(seq);
    this.u32(seq + 1);
    this.u8(0x50);
    this.u8(flags);
    this.u16(0xffff);
    this.u32(0x12340000);
  }

  /** @param rest the four bytes behind the checksum */
  icmp(type: number, code: number, rest: number): void {
    this.u8(type);
    this.u8(code);
    this.u16(0x1234);
    this.u32(rest);
  }

  /** Outer headers of a tunnel, with Geneve options in bytes, and the frame within. */
  tunnel(
    macs: { readonly dst: MacAddr; readonly src: MacAddr },
    src: Uint8Array,
    dst: Uint8Array,
    vni: number,
    options: Uint8Array,
    inner: () => void,
  ): void {
    this.ipFrame(macs, src, dst, 17, -1, () => {
      this.udp(0xc000, 6081, () => {
        this.u8(options.length / 4);
        this.u8(0);
        this.u16(0x6558);
        this.u32(vni * 256);
        this.raw(options);
        inner();
      });
    });
  }

  /** Sets the checksum of the ICMPv6 message behind the IPv6 header at `ip`. */
  #correctIcmpv6(ip: number): void {
    const { bytes } = this.frame;
    this.#patch(ip + 42, 0);
    // The pseudo-header: addresses, length and protocol
    let sum = this.#at - ip - 40 + ICMPV6;
    for (let at = ip + 8; at < this.#at; at++) sum += (bytes[at] ?? 0) << ((at - ip) % 2 === 0 ? 8 : 0);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    this.#patch(ip + 42, ~sum & 0xffff);
  }

  #patch(at: number, value: number): void {
    this.frame.bytes[at] = value >>> 8;
    this.frame.bytes[at + 1] = value;
  }
}
