// Encapsulations, ready to be copied in front of a frame: interned, so that flows to one place share one.
//
//   bytes   [ether 14][IP 20 | 40 + extensions][UDP 8][Geneve 8 + options]
//                        ^ ipLengthAt             ^ udpAt
//
// What differs from flow to flow (UDP source port) or from packet to packet (two lengths) is 0 here and written after the copy.

import { UndoLog } from "../flow/undo-log.js";
import { rd8, rdWord, wr16, wr32 } from "../packet/bytes.js";
import { GENEVE_PORT } from "../packet/geneve.js";
import type { EtherHeader, GeneveHeader, IpHeader, Ipv6Header } from "./header-transform.js";
import {
  encapLen,
  ETHER_LEN,
  ipHeaderLen,
  IPV4_LEN,
  IPV6_LEN,
  isWritten,
  writeEncap,
  writeEther,
  writeIp,
} from "./pushed-header.js";

/** One pre-serialised encapsulation. */
export interface Template {
  readonly bytes: Uint8Array;
  /** Offset of the length field of the IP header. */
  readonly ipLengthAt: number;
  /** What that field holds for an inner frame of length 0. */
  readonly ipLengthBase: number;
  /** Offset of the UDP header. */
  readonly udpAt: number;
  /** What its length field holds for an inner frame of length 0. */
  readonly udpLengthBase: number;
}

/** How many encapsulations are found without being written down; a power of two. */
const RECENT = 64;
const NO_ID = -1;
/** Words of an encapsulation in {@link TemplateTable.flat}. */
export const FLAT_WORDS = 24;
/** Which of them has its length in bytes. */
export const FLAT_LENGTH = 23;
/** Ethernet, IPv6, UDP and Geneve without options, or with one of the VPC's options. */
const FLAT_LENGTHS: readonly number[] = [70, 78];
const FLAT_UDP_AT = 54;

interface Entry extends Template {
  /** Hash of the bytes. */
  readonly hash: number;
  users: number;
}

/** The encapsulations in use by the flows of a port, by small integers. */
export class TemplateTable {
  /**
   * Nearly all encapsulations, `FLAT_WORDS` words each at `FLAT_WORDS` times the id: those over IPv6 without extension headers and with
   * none or 8 bytes of Geneve options, as words in memory order, the last one half; at `FLAT_LENGTH` their length in bytes, 0 where the id
   * has an encapsulation of another form. Replaced when it grows.
   */
  flat: Int32Array = new Int32Array(16 * FLAT_WORDS);

  readonly #entries: (Entry | undefined)[] = [];
  readonly #free: number[] = [];
  /** Ids by the hash of their bytes. */
  readonly #ids: Map<number, number[]> = new Map();
  /** Where an encapsulation is written down to be looked up: nearly every flow finds it there already. */
  #draft: Uint8Array = new Uint8Array(256);
  /** Ids of encapsulations over IPv6 without extension headers that were acquired of late, each in the place of its hash. */
  readonly #recent: Int32Array = new Int32Array(RECENT).fill(NO_ID);
  readonly #undo: UndoLog;

  constructor(undo: UndoLog = new UndoLog()) {
    this.#undo = undo;
  }

  /** How many encapsulations are in use. */
  get size(): number {
    return this.#entries.length - this.#free.length;
  }

  /**
   * Takes an encapsulation into use; the same bytes get the same id. The entropy of `encap` does not count.
   *
   * @returns its id, to be given back by {@link release}
   */
  acquire(ether: EtherHeader, ip: IpHeader, encap: GeneveHeader): number {
    const place = ip.version === 6 && ip.extensions === undefined ? placeOf(ip, encap) : -1;
    const recent = this.#recent[place] ?? NO_ID;
    const entry = recent === NO_ID ? undefined : this.#entries[recent];
    if (entry === undefined || ip.version !== 6 || !isWritten(entry.bytes, ether, ip, encap)) {
      const id = this.#write(ether, ip, encap);
      if (place >= 0) this.#recent[place] = id;
      return id;
    }
    entry.users += 1;
    this.#noteAcquired(recent);
    return recent;
  }

  #write(ether: EtherHeader, ip: IpHeader, encap: GeneveHeader): number {
    const udpAt = ETHER_LEN + ipHeaderLen(ip);
    const length = udpAt + encapLen(encap);
    if (length > this.#draft.length) this.#draft = new Uint8Array(length);
    const draft = this.#draft;
    writeEther(draft, 0, ether);
    writeIp(draft, ETHER_LEN, ip, 0);
    writeEncap(draft, udpAt, encap, 0);
    wr16(draft, lengthAt(draft), 0);
    wr32(draft, udpAt, GENEVE_PORT);
    wr16(draft, udpAt + 4, 0);
    return this.#acquire(draft, length, udpAt);
  }

  /** Takes an encapsulation into use that another table has serialised. */
  acquireBytes(bytes: Uint8Array, udpAt: number): number {
    return this.#acquire(bytes, bytes.length, udpAt);
  }

  /** Takes an encapsulation into use once more, by the id that it has. */
  retain(id: number): void {
    const entry = this.#entries[id];
    if (entry === undefined) return;
    entry.users += 1;
    this.#noteAcquired(id);
  }

  /** The encapsulations in use, by their ids, as they are now. */
  all(): readonly (Template | undefined)[] {
    return this.#entries.slice();
  }

  #acquire(bytes: Uint8Array, length: number, udpAt: number): number {
    const hash = hashBytes(bytes, length);
    const known = this.#find(hash, bytes, length, udpAt);
    if (known !== undefined) {
      known.entry.users += 1;
      this.#noteAcquired(known.id);
      return known.id;
    }
    const id = this.#free.pop() ?? this.#entries.length;
    this.#put(id, { ...templateOf(bytes.slice(0, length), udpAt), hash, users: 1 });
    this.#noteAcquired(id);
    return id;
  }

  /** The position of UDP counts too: bytes alone do not tell extension headers from what follows them. */
  #find(hash: number, bytes: Uint8Array, length: number, udpAt: number): { id: number; entry: Entry } | undefined {
    for (const id of this.#ids.get(hash) ?? NO_IDS) {
      const entry = this.#entries[id];
      if (entry?.bytes.length === length && entry.udpAt === udpAt && startsWith(bytes, entry.bytes))
        return { id, entry };
    }
    return undefined;
  }

  #put(id: number, entry: Entry): void {
    this.#entries[id] = entry;
    this.#putFlat(id, entry);
    const ids = this.#ids.get(entry.hash);
    if (ids === undefined) this.#ids.set(entry.hash, [id]);
    else ids.push(id);
  }

  #putFlat(id: number, { bytes, udpAt }: Entry): void {
    const at = id * FLAT_WORDS;
    if (at >= this.flat.length) {
      const grown = new Int32Array(2 * this.flat.length);
      grown.set(this.flat);
      this.flat = grown;
    }
    const isFlat = FLAT_LENGTHS.includes(bytes.length) && udpAt === FLAT_UDP_AT && !isIpv4(bytes);
    this.flat[at + FLAT_LENGTH] = isFlat ? bytes.length : 0;
    if (!isFlat) return;
    const words = bytes.length >> 2;
    for (let i = 0; i < words; i++) this.flat[at + i] = rdWord(bytes, 4 * i);
    this.flat[at + words] = rd8(bytes, bytes.length - 2) | (rd8(bytes, bytes.length - 1) << 8);
  }

  /** Gives back an id that {@link acquire} gave. */
  release(id: number): void {
    const entry = this.#entries[id];
    if (entry === undefined) return;
    entry.users -= 1;
    if (this.#undo.isOn) this.#undo.note(() => this.#takeBack(id, entry));
    if (entry.users > 0) return;
    this.#entries[id] = undefined;
    // The id may come to stand for what no place was chosen for.
    this.#recent.fill(NO_ID);
    const left = (this.#ids.get(entry.hash) ?? NO_IDS).filter((each) => each !== id);
    if (left.length > 0) this.#ids.set(entry.hash, left);
    else this.#ids.delete(entry.hash);
    this.#free.push(id);
  }

  /** The encapsulation of an id in use. */
  get(id: number): Template {
    return this.#entries[id] as Template; // Unwrap: an id is in use from `acquire` to `release`
  }

  #noteAcquired(id: number): void {
    if (this.#undo.isOn) this.#undo.note(() => this.release(id));
  }

  /** Undoes the last release, all later changes having been undone, so that a freed id is the first to be given again. */
  #takeBack(id: number, entry: Entry): void {
    entry.users += 1;
    if (entry.users > 1) return;
    this.#free.pop();
    this.#put(id, entry);
  }
}

const NO_IDS: readonly number[] = [];

function placeOf({ dst: { words } }: Ipv6Header, { vni }: GeneveHeader): number {
  const hash = Math.imul(words[0] ^ Math.imul(words[1], 31) ^ Math.imul(words[2], 961) ^ words[3] ^ vni, 0x9e3779b1);
  return (hash >>> 16) & (RECENT - 1);
}

function hashBytes(bytes: Uint8Array, length: number): number {
  let hash = length;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ rd8(bytes, i), 0x01000193);
  return hash;
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  for (let i = 0; i < start.length; i++) if (rd8(bytes, i) !== rd8(start, i)) return false;
  return true;
}

/** Offset of the length field of the IP header. */
function lengthAt(bytes: Uint8Array): number {
  return ETHER_LEN + (isIpv4(bytes) ? 2 : 4);
}

function isIpv4(bytes: Uint8Array): boolean {
  return rd8(bytes, ETHER_LEN) >>> 4 === 4;
}

function templateOf(bytes: Uint8Array, udpAt: number): Template {
  const udpLengthBase = bytes.length - udpAt;
  const ipLengthAt = lengthAt(bytes);
  const ipLengthBase = isIpv4(bytes) ? IPV4_LEN + udpLengthBase : bytes.length - ETHER_LEN - IPV6_LEN;
  return { bytes, ipLengthAt, ipLengthBase, udpAt, udpLengthBase };
}
