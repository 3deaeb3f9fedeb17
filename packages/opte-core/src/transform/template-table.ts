// Encapsulations, ready to be copied in front of a frame: interned, so that flows to one place share one.
//
//   bytes   [ether 14][IP 20 | 40 + extensions][UDP 8][Geneve 8 + options]
//                        ^ ipLengthAt             ^ udpAt
//
// What differs from flow to flow (UDP source port) or from packet to packet (two lengths) is 0 here and written after the copy.

import { UndoLog } from "../flow/undo-log.js";
import { rd8, rdWord } from "../packet/bytes.js";
import type { EtherHeader, GeneveHeader, IpHeader } from "./header-transform.js";
import {
  encapLen,
  ETHER_LEN,
  ipHeaderLen,
  IPV4_LEN,
  IPV6_LEN,
  writeEncap,
  writeEther,
  writeIp,
} from "./pushed-header.js";

/** One pre-serialised encapsulation. */
export interface Template {
  readonly bytes: Uint8Array;
  /** The bytes as words in memory order, but for those behind the last whole word. */
  readonly words: Int32Array;
  /** Offset of the length field of the IP header. */
  readonly ipLengthAt: number;
  /** What that field holds for an inner frame of length 0. */
  readonly ipLengthBase: number;
  /** Offset of the UDP header. */
  readonly udpAt: number;
  /** What its length field holds for an inner frame of length 0. */
  readonly udpLengthBase: number;
}

interface Entry extends Template {
  readonly key: string;
  users: number;
}

/** The encapsulations in use by the flows of a port, by small integers. */
export class TemplateTable {
  readonly #entries: (Entry | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #ids: Map<string, number> = new Map();
  readonly #undo: UndoLog;

  constructor(undo: UndoLog = new UndoLog()) {
    this.#undo = undo;
  }

  /** How many encapsulations are in use. */
  get size(): number {
    return this.#ids.size;
  }

  /**
   * Takes an encapsulation into use; the same bytes get the same id. The entropy of `encap` does not count.
   *
   * @returns its id, to be given back by {@link release}
   */
  acquire(ether: EtherHeader, ip: IpHeader, encap: GeneveHeader): number {
    return this.#acquire(serialise(ether, ip, encap));
  }

  /** Takes an encapsulation into use that another table has serialised. */
  acquireBytes(bytes: Uint8Array, udpAt: number): number {
    return this.#acquire(templateOf(bytes, udpAt));
  }

  #acquire(template: Template): number {
    // The position of UDP is in the key too: bytes alone do not tell extension headers from what follows them.
    const key = `${template.udpAt}:${String.fromCharCode(...template.bytes)}`;
    const known = this.#ids.get(key);
    const entry = known === undefined ? undefined : this.#entries[known];
    if (known !== undefined && entry !== undefined) {
      entry.users += 1;
      this.#noteAcquired(known);
      return known;
    }
    const id = this.#free.pop() ?? this.#entries.length;
    this.#entries[id] = { ...template, key, users: 1 };
    this.#ids.set(key, id);
    this.#noteAcquired(id);
    return id;
  }

  /** Gives back an id that {@link acquire} gave. */
  release(id: number): void {
    const entry = this.#entries[id];
    if (entry === undefined) return;
    entry.users -= 1;
    if (this.#undo.isOn) this.#undo.note(() => this.#takeBack(id, entry));
    if (entry.users > 0) return;
    this.#entries[id] = undefined;
    this.#ids.delete(entry.key);
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
    this.#entries[id] = entry;
    this.#ids.set(entry.key, id);
  }
}

function serialise(ether: EtherHeader, ip: IpHeader, encap: GeneveHeader): Template {
  const udpAt = ETHER_LEN + ipHeaderLen(ip);
  const udpLengthBase = encapLen(encap);
  const bytes = new Uint8Array(udpAt + udpLengthBase);
  writeEther(bytes, 0, ether);
  writeIp(bytes, ETHER_LEN, ip, 0);
  writeEncap(bytes, udpAt, { ...encap, entropy: 0 }, 0);
  const template = templateOf(bytes, udpAt);
  bytes.fill(0, template.ipLengthAt, template.ipLengthAt + 2);
  bytes.fill(0, udpAt + 4, udpAt + 6);
  return template;
}

function templateOf(bytes: Uint8Array, udpAt: number): Template {
  const udpLengthBase = bytes.length - udpAt;
  const isV4 = rd8(bytes, ETHER_LEN) >>> 4 === 4;
  const ipLengthAt = ETHER_LEN + (isV4 ? 2 : 4);
  const ipLengthBase = isV4 ? IPV4_LEN + udpLengthBase : bytes.length - ETHER_LEN - IPV6_LEN;
  const words = Int32Array.from({ length: bytes.length >> 2 }, (_, i) => rdWord(bytes, 4 * i));
  return { bytes, words, ipLengthAt, ipLengthBase, udpAt, udpLengthBase };
}
