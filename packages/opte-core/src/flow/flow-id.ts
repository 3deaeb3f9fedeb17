// Identity of a flow (spec 01 §5): what the packet path keys its tables with, as ten 32-bit words.
//
//   word 0-3  source address, 4-7 destination address, each as read in memory order by a little-endian host
//             (IPv4: words 0 and 4, the others zero)
//   word 8    TCP, UDP: the four port bytes in memory order; ICMP: type, code, then the two bytes of the echo id
//   word 9    IP protocol | address family << 8 (4 or 6)

import { swap16, swap32 } from "./byte-order.js";
import { type FlowId, type IpAddr, Ipv4Addr, Ipv6Addr, IpProtocol } from "opte-api";

/** A flow identity as the control plane sees it. */
export type { FlowId, FlowInfo } from "opte-api";

export const FLOW_WORDS = 10;

const FAMILY_4 = 4;
const FAMILY_6 = 6;

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
/** Protocol of packets without an inner L3 (ARP). */
export const NO_PROTOCOL = 255;

/** A mutable flow identity in words; the packet path reuses its instances. */
export class FlowKey {
  readonly words: Int32Array = new Int32Array(FLOW_WORDS);

  constructor() {
    this.clear();
  }

  /** Makes this the default flow: no L3, protocol 255, 0.0.0.0 to 0.0.0.0 (spec 01 §5.1). */
  clear(): void {
    this.words.fill(0);
    this.words[9] = NO_PROTOCOL | (FAMILY_4 << 8);
  }

  copyFrom(other: FlowKey): void {
    const from = other.words;
    const to = this.words;
    // Written out, which is several times as fast as `set` for so few words.
    to[0] = word(from, 0);
    to[1] = word(from, 1);
    to[2] = word(from, 2);
    to[3] = word(from, 3);
    to[4] = word(from, 4);
    to[5] = word(from, 5);
    to[6] = word(from, 6);
    to[7] = word(from, 7);
    to[8] = word(from, 8);
    to[9] = word(from, 9);
  }

  clone(): FlowKey {
    const copy = new FlowKey();
    copy.copyFrom(this);
    return copy;
  }

  /** Makes this the mirror of `other`: addresses and ports swapped, echo request and reply exchanged (spec 01 §5.1). */
  mirrorFrom(other: FlowKey): void {
    const from = other.words;
    const to = this.words;
    for (let i = 0; i < 4; i++) {
      const src = word(from, i);
      to[i] = word(from, i + 4);
      to[i + 4] = src;
    }
    const info = word(from, 8);
    const tail = word(from, 9);
    to[9] = tail;
    to[8] = mirrorInfo(tail & 0xff, info);
  }

  get proto(): number {
    return word(this.words, 9) & 0xff;
  }

  /** Address family: 4 or 6. */
  get family(): number {
    return word(this.words, 9) >>> 8;
  }

  /** Whether this is the default flow, which never enters a table of the port. */
  get isDefault(): boolean {
    const w = this.words;
    return word(w, 9) === (NO_PROTOCOL | (FAMILY_4 << 8)) && word(w, 0) === 0 && word(w, 4) === 0 && word(w, 8) === 0;
  }

  equals(other: FlowKey): boolean {
    for (let i = 0; i < FLOW_WORDS; i++) if (this.words[i] !== other.words[i]) return false;
    return true;
  }

  /** Dump order: protocol, IPv4 before IPv6, source, destination, the two info words (spec 01 §5.1). */
  compare(other: FlowKey): number {
    return compareFlowWords(this.words, 0, other.words, 0);
  }

  toFlowId(): FlowId {
    return flowIdOf(this.words, 0);
  }

  /** Sets this key from a control-plane flow id. */
  setFlowId(flow: FlowId): void {
    const w = this.words;
    w.fill(0);
    setAddress(w, 0, flow.src);
    setAddress(w, 4, flow.dst);
    if (flow.kind === "ports") w[8] = swap16(flow.srcPort) | (swap16(flow.dstPort) << 16);
    else if (flow.kind === "icmp") w[8] = flow.type | (flow.code << 8) | (swap16(flow.id) << 16);
    w[9] = flow.proto | (flow.src.family << 8);
  }

  /** Sets the source address, of this key's family. */
  setSource(address: IpAddr): void {
    setAddress(this.words, 0, address);
  }

  /** Sets the destination address, of this key's family. */
  setDestination(address: IpAddr): void {
    setAddress(this.words, 4, address);
  }

  /**
   * Writes the destination address as unsigned numbers, most significant word first, from the start of `to`: one of IPv4, four of IPv6. For
   * look-ups that need no object.
   */
  readDestination(to: Uint32Array): void {
    const count = this.family === FAMILY_6 ? 4 : 1;
    for (let i = 0; i < count; i++) to[i] = swap32(word(this.words, 4 + i));
  }

  /** Whether the destination is an IPv4 or IPv6 multicast group. */
  get isToMulticast(): boolean {
    const first = word(this.words, 4) & 0xff;
    return this.family === FAMILY_6 ? first === 0xff : first >>> 4 === 0xe;
  }

  /** Sets those ports of a TCP or UDP flow that are given. */
  setPorts(src: number | undefined, dst: number | undefined): void {
    const info = word(this.words, 8);
    const low = src === undefined ? info & 0xffff : swap16(src);
    this.words[8] = low | (dst === undefined ? info & ~0xffff : swap16(dst) << 16);
  }

  /** Type of an ICMP flow in the high byte, code in the low one. */
  get icmpTypeAndCode(): number {
    return swap16(word(this.words, 8));
  }

  /** Sets the echo id of an ICMP flow. */
  setIcmpId(id: number): void {
    this.words[8] = (word(this.words, 8) & 0xffff) | (swap16(id) << 16);
  }

  toString(): string {
    return flowIdText(this.toFlowId());
  }
}

/** Whether `proto` carries ports (TCP, UDP). */
function hasPorts(proto: number): boolean {
  return proto === TCP || proto === UDP;
}

/** Compares two keys laid out at word offsets `a` of `x` and `b` of `y`, in dump order. */
function compareFlowWords(x: Int32Array, a: number, y: Int32Array, b: number): number {
  const tailX = word(x, a + 9);
  const tailY = word(y, b + 9);
  const proto = (tailX & 0xff) - (tailY & 0xff);
  if (proto !== 0) return proto;
  const family = (tailX >>> 8) - (tailY >>> 8);
  if (family !== 0) return family;
  for (let i = 0; i < 8; i++) {
    const order = (swap32(word(x, a + i)) >>> 0) - (swap32(word(y, b + i)) >>> 0);
    if (order !== 0) return order;
  }
  const infoX = word(x, a + 8);
  const infoY = word(y, b + 8);
  const first = infoWord0(tailX & 0xff, infoX) - infoWord0(tailX & 0xff, infoY);
  return first !== 0 ? first : swap16(infoX >>> 16) - swap16(infoY >>> 16);
}

/** Writes a key as ten words that, compared as unsigned numbers from the first on, stand in dump order. */
export function flowSortWords(words: Int32Array, sortable: Int32Array): void {
  const tail = word(words, 9);
  const info = word(words, 8);
  sortable[0] = ((tail & 0xff) << 16) | (tail >>> 8);
  for (let i = 0; i < 8; i++) sortable[1 + i] = swap32(word(words, i));
  sortable[9] = (infoWord0(tail & 0xff, info) << 16) | infoWord1(info);
}

/** The flow id of the key laid out at word offset `at` of `words`. */
export function flowIdOf(words: Int32Array, at: number): FlowId {
  const tail = word(words, at + 9);
  const proto = tail & 0xff;
  const info = word(words, at + 8);
  const src = addressOf(words, at, tail >>> 8);
  const dst = addressOf(words, at + 4, tail >>> 8);
  if (hasPorts(proto)) {
    return { proto, src, dst, kind: "ports", srcPort: swap16(info & 0xffff), dstPort: swap16(info >>> 16) };
  }
  if (proto === ICMP || proto === ICMPV6) {
    return { proto, src, dst, kind: "icmp", type: info & 0xff, code: (info >>> 8) & 0xff, id: swap16(info >>> 16) };
  }
  return { proto, src, dst, kind: "none" };
}

/** Text of a flow (spec 01 §5.1): `TCP:10.0.0.1:1025:10.0.0.2:80`, `ICMP/8/0:10.0.0.1:10.0.0.2:7`, `Unknown:…`. */
export function flowIdText(flow: FlowId): string {
  const proto = IpProtocol.format(flow.proto);
  const { src, dst } = flow;
  if (flow.kind === "ports") return `${proto}:${src.toString()}:${flow.srcPort}:${dst.toString()}:${flow.dstPort}`;
  if (flow.kind === "icmp") return `${proto}/${flow.type}/${flow.code}:${src.toString()}:${dst.toString()}:${flow.id}`;
  return `${proto}:${src.toString()}:${dst.toString()}`;
}

/** First info word: source port, or ICMP type | code << 8, as the unsigned number that dumps sort by. */
export function infoWord0(proto: number, info: number): number {
  return hasPorts(proto) ? swap16(info & 0xffff) : info & 0xffff;
}

/** Second info word: destination port, or echo id. */
export function infoWord1(info: number): number {
  return swap16(info >>> 16);
}

function mirrorInfo(proto: number, info: number): number {
  if (hasPorts(proto)) return (info << 16) | (info >>> 16);
  if (proto === ICMP || proto === ICMPV6) {
    const code = (info >>> 8) & 0xff;
    if (code !== 0) return info;
    const type = info & 0xff;
    const request = proto === ICMP ? 8 : 128;
    const reply = proto === ICMP ? 0 : 129;
    if (type === request) return (info & ~0xff) | reply;
    if (type === reply) return (info & ~0xff) | request;
  }
  return info;
}

function setAddress(words: Int32Array, at: number, address: IpAddr): void {
  if (address.family === 4) words[at] = swap32(address.value);
  else for (let i = 0; i < 4; i++) words[at + i] = swap32(address.words[i] ?? 0);
}

function addressOf(words: Int32Array, at: number, family: number): IpAddr {
  if (family !== FAMILY_6) return Ipv4Addr.fromNumber(swap32(word(words, at)) >>> 0);
  return Ipv6Addr.fromWords(
    swap32(word(words, at)) >>> 0,
    swap32(word(words, at + 1)) >>> 0,
    swap32(word(words, at + 2)) >>> 0,
    swap32(word(words, at + 3)) >>> 0,
  );
}

function word(words: Int32Array, at: number): number {
  return words[at] as number; // Unwrap: every caller stays within the FLOW_WORDS words of a key
}
