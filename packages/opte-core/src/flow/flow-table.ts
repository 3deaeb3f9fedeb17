// A bounded table of flows on typed arrays: open addressing from a flow key to a dense slot, one flat record a slot.
//
//   record (words): 0 source, 1 destination, 2 ports or ICMP, 3 protocol and family: an IPv4 key whole
//                   4-5 time of the last hit in ms, as a float | 6 hits | 7 … owner's words | at the end the other words of an IPv6 key
//
// What a hit reads stands together, so that an IPv4 flow costs one or two cache lines however many flows there are. A slot never
// moves while its entry lives, so other tables may refer to it. A free slot has 0 in word 3 (a key never has) and the next free slot
// in word 0. Storage doubles as the table fills, up to the limit.

import { FlowKey, type FlowId } from "./flow-id.js";
import { slotsInFlowOrder } from "./flow-order.js";
import type { MemoryRoom } from "./memory-room.js";
import { inOneGo } from "./slices.js";
import { UndoLog } from "./undo-log.js";

/** Words of every record that the table itself uses; an owner's words start here. */
export const TABLE_WORDS = 7;

const SRC = 0;
const DST = 1;
const INFO = 2;
const TAIL = 3;
const LAST_HIT = 4;
const HITS = 6;
/** Where the two stand that {@link FlowTable.touch} changes, for whom the call is too much. */
export const LAST_HIT_WORD: number = LAST_HIT;
export const HITS_WORD: number = HITS;
/** Words of an IPv6 key beyond those that an IPv4 key has: three of each address. */
const REST_WORDS = 6;
const IPV6 = 6;
const NO_SLOT = -1;
const FIRST_CAPACITY = 16;

/** What can be read of a table's entries. */
export type FlowRecords = Pick<
  FlowTable,
  "stride" | "slotEnd" | "isUsed" | "readKey" | "compareSlots" | "hits" | "lastHit" | "word" | "float" | "records"
>;

/** A flow table. Its owner checks capacity (`isFull`) before it inserts. */
export class FlowTable {
  /** Most entries that the table holds. */
  readonly limit: number;
  /** Words in a record, an even number. */
  readonly stride: number;
  /** Records, `stride` words a slot. Replaced when the table grows: read it anew after an insert. */
  records: Int32Array<ArrayBuffer>;
  /** The same memory as floats: two words each, at even words of a record. Replaced with it. */
  floats: Float64Array;
  /** Entries in the table. */
  size = 0;

  readonly #rest: number;
  #index: Int32Array;
  #mask: number;
  #freeHead = NO_SLOT;
  #used = 0;
  readonly #undo: UndoLog;

  /**
   * @param limit most entries, at least 1
   * @param ownerWords words that the owner keeps in each record, from {@link TABLE_WORDS} on
   */
  constructor(limit: number, ownerWords: number, undo: UndoLog = new UndoLog()) {
    this.limit = limit;
    this.#undo = undo;
    const words = TABLE_WORDS + ownerWords + REST_WORDS;
    this.stride = words + (words & 1);
    this.#rest = this.stride - REST_WORDS;
    const capacity = Math.min(limit, FIRST_CAPACITY);
    this.records = new Int32Array(capacity * this.stride);
    this.floats = new Float64Array(this.records.buffer);
    const slots = indexSize(capacity);
    this.#index = new Int32Array(slots).fill(NO_SLOT);
    this.#mask = slots - 1;
  }

  get isFull(): boolean {
    return this.size >= this.limit;
  }

  /** How many entries fit without growing. */
  get capacity(): number {
    return this.records.length / this.stride;
  }

  /** The slot of `key`, or -1. */
  find(key: FlowKey): number {
    return this.findWords(key.words);
  }

  /** The slot of the key in `words`, or -1. */
  findWords(words: Int32Array): number {
    const records = this.records;
    const { stride } = this;
    const index = this.#index;
    const mask = this.#mask;
    const src = at32(words, 0);
    const dst = at32(words, 4);
    const info = at32(words, 8);
    const tail = at32(words, 9);
    const isV6 = tail >>> 8 === IPV6;
    let i = (isV6 ? hashIpv6(words) : hashIpv4(src, dst, info, tail)) & mask;
    for (;;) {
      const slot = at32(index, i);
      if (slot < 0) return NO_SLOT;
      const record = slot * stride;
      if (
        at32(records, record + SRC) === src &&
        at32(records, record + DST) === dst &&
        at32(records, record + INFO) === info &&
        at32(records, record + TAIL) === tail &&
        (!isV6 || this.#restEquals(record, words))
      ) {
        return slot;
      }
      i = (i + 1) & mask;
    }
  }

  /** The slot of the key in `words`, were there no other of its hash; or -1. Reads the index and no record. */
  guess(words: Int32Array): number {
    return at32(this.#index, hashWords(words) & this.#mask);
  }

  /**
   * Adds an entry for a key that is not in the table, with its owner's words 0 and no hits.
   *
   * @returns its slot
   * @throws RangeError when the table is full
   */
  insert(words: Int32Array, nowMs: number): number {
    if (this.isFull) throw new RangeError(`Cannot insert a flow: the table holds its limit of ${this.limit}`);
    let slot = this.#freeHead;
    if (slot >= 0) {
      this.#freeHead = at32(this.records, slot * this.stride);
    } else {
      if (this.#used * this.stride >= this.records.length) this.#grow(Math.min(this.limit, this.capacity * 2));
      slot = this.#used++;
    }
    const record = slot * this.stride;
    const records = this.records;
    records.fill(0, record + HITS, record + this.stride);
    this.#writeKey(record, words);
    this.setFloat(slot, LAST_HIT, nowMs);
    this.size++;
    this.#link(slot);
    if (this.#undo.isOn) this.#undo.note(() => this.remove(slot));
    return slot;
  }

  /** Gets room for so many entries at once, of which no more than the limit come. */
  reserve(entries: number): void {
    if (entries > this.capacity) this.#grow(Math.min(this.limit, entries));
  }

  /** Removes the entry in `slot`. */
  remove(slot: number): void {
    this.#unlink(slot);
    const record = slot * this.stride;
    if (this.#undo.isOn) {
      const words = this.records.slice(record, record + this.stride);
      this.#undo.note(() => this.#putBack(slot, words));
    }
    this.records.fill(0, record, record + this.stride);
    this.records[record] = this.#freeHead;
    this.#freeHead = slot;
    this.size--;
  }

  /** Removes every entry. */
  clear(): void {
    this.records.fill(0);
    this.#index.fill(NO_SLOT);
    this.#freeHead = NO_SLOT;
    this.#used = 0;
    this.size = 0;
  }

  /** To be called before a dry run changes words or hits of an entry. */
  remember(slot: number): void {
    if (!this.#undo.isOn) return;
    const record = slot * this.stride;
    const words = this.records.slice(record, record + this.stride);
    this.#undo.note(() => this.records.set(words, record));
  }

  /** Counts a hit and notes its time. */
  touch(slot: number, nowMs: number): void {
    const record = slot * this.stride;
    this.records[record + HITS] = at32(this.records, record + HITS) + 1;
    this.floats[(record + LAST_HIT) >> 1] = nowMs;
  }

  hits(slot: number): number {
    return at32(this.records, slot * this.stride + HITS) >>> 0;
  }

  /** For entries that were counted elsewhere. */
  setHits(slot: number, hits: number): void {
    this.records[slot * this.stride + HITS] = hits;
  }

  lastHit(slot: number): number {
    return this.float(slot, LAST_HIT);
  }

  flowId(slot: number): FlowId {
    this.readKey(slot, SCRATCH);
    return SCRATCH.toFlowId();
  }

  proto(slot: number): number {
    return at32(this.records, slot * this.stride + TAIL) & 0xff;
  }

  /** Copies the key of `slot` into `key`. */
  readKey(slot: number, { words }: FlowKey): void {
    const { records } = this;
    const record = slot * this.stride;
    const rest = record + this.#rest;
    words[0] = at32(records, record + SRC);
    words[4] = at32(records, record + DST);
    words[8] = at32(records, record + INFO);
    words[9] = at32(records, record + TAIL);
    for (let i = 0; i < 3; i++) {
      words[1 + i] = at32(records, rest + i);
      words[5 + i] = at32(records, rest + 3 + i);
    }
  }

  /** Whether `slot` holds an entry. */
  isUsed(slot: number): boolean {
    return slot < this.#used && at32(this.records, slot * this.stride + TAIL) !== 0;
  }

  /** One past the highest slot in use: scans run from 0 to here and ask {@link isUsed}. */
  get slotEnd(): number {
    return this.#used;
  }

  /** An owner's word of a record. */
  word(slot: number, word: number): number {
    return at32(this.records, slot * this.stride + word);
  }

  setWord(slot: number, word: number, value: number): void {
    this.records[slot * this.stride + word] = value;
  }

  /** An owner's float, at an even word of a record. */
  float(slot: number, word: number): number {
    return this.floats[(slot * this.stride + word) >> 1] as number; // Unwrap: the record of a slot lies within the table
  }

  setFloat(slot: number, word: number, value: number): void {
    this.floats[(slot * this.stride + word) >> 1] = value;
  }

  /** Slots in use, in flow-id order (the order of dumps and of ties in eviction). */
  sortedSlots(): number[] {
    return [...inOneGo(slotsInFlowOrder(this))];
  }

  /** Flow-id order of two entries. */
  compareSlots(a: number, b: number): number {
    this.readKey(a, SCRATCH);
    this.readKey(b, OTHER);
    return SCRATCH.compare(OTHER);
  }

  /** Words that {@link frozen} copies. */
  get recordsInUse(): number {
    return this.#used * this.stride;
  }

  /** A copy of the entries, for reading, which stays as it is whatever becomes of the table. */
  frozen(room: MemoryRoom): FlowRecords {
    const copy = new FlowTable(this.limit, this.stride - TABLE_WORDS - REST_WORDS);
    copy.records = room.copy(this.records, this.recordsInUse);
    copy.floats = new Float64Array(copy.records.buffer, copy.records.byteOffset, copy.records.length >> 1);
    copy.#used = this.#used;
    return copy;
  }

  /** Undoes the last removal, all later changes having been undone, so that the slot is the first free one. */
  #putBack(slot: number, words: Int32Array): void {
    const record = slot * this.stride;
    this.#freeHead = at32(this.records, record);
    this.records.set(words, record);
    this.size++;
    this.#link(slot);
  }

  #writeKey(record: number, words: Int32Array): void {
    const { records } = this;
    const rest = record + this.#rest;
    records[record + SRC] = at32(words, 0);
    records[record + DST] = at32(words, 4);
    records[record + INFO] = at32(words, 8);
    records[record + TAIL] = at32(words, 9);
    for (let i = 0; i < 3; i++) {
      records[rest + i] = at32(words, 1 + i);
      records[rest + 3 + i] = at32(words, 5 + i);
    }
  }

  #restEquals(record: number, words: Int32Array): boolean {
    const { records } = this;
    const rest = record + this.#rest;
    return (
      at32(records, rest) === at32(words, 1) &&
      at32(records, rest + 1) === at32(words, 2) &&
      at32(records, rest + 2) === at32(words, 3) &&
      at32(records, rest + 3) === at32(words, 5) &&
      at32(records, rest + 4) === at32(words, 6) &&
      at32(records, rest + 5) === at32(words, 7)
    );
  }

  /** Place in the index that an entry would like best. */
  #home(slot: number): number {
    this.readKey(slot, SCRATCH);
    return hashWords(SCRATCH.words) & this.#mask;
  }

  #link(slot: number): void {
    const index = this.#index;
    const mask = this.#mask;
    let i = this.#home(slot);
    while (at32(index, i) >= 0) i = (i + 1) & mask;
    index[i] = slot;
  }

  /** Takes a slot out of the index and closes the gap, so that no tombstones slow later look-ups down. */
  #unlink(slot: number): void {
    const index = this.#index;
    const mask = this.#mask;
    let hole = this.#home(slot);
    while (at32(index, hole) !== slot) hole = (hole + 1) & mask;
    for (let i = (hole + 1) & mask; ; i = (i + 1) & mask) {
      const other = at32(index, i);
      if (other < 0) break;
      const home = this.#home(other);
      if (((i - home) & mask) >= ((i - hole) & mask)) {
        index[hole] = other;
        hole = i;
      }
    }
    index[hole] = NO_SLOT;
  }

  #grow(capacity: number): void {
    const records = new Int32Array(capacity * this.stride);
    records.set(this.records);
    this.records = records;
    this.floats = new Float64Array(records.buffer);
    const slots = indexSize(capacity);
    if (slots === this.#index.length) return;
    this.#index = new Int32Array(slots).fill(NO_SLOT);
    this.#mask = slots - 1;
    for (let slot = 0; slot < this.#used; slot++) if (this.isUsed(slot)) this.#link(slot);
  }
}

/** For short-lived use inside one method. */
const SCRATCH = new FlowKey();
const OTHER = new FlowKey();

function hashWords(words: Int32Array): number {
  const tail = at32(words, 9);
  if (tail >>> 8 === IPV6) return hashIpv6(words);
  return hashIpv4(at32(words, 0), at32(words, 4), at32(words, 8), tail);
}

/** Mixes the words of an IPv4 key; the six others are zero. */
function hashIpv4(src: number, dst: number, info: number, tail: number): number {
  let h = Math.imul(src ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ dst, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ info, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15) ^ tail, 0x165667b1);
  return h ^ (h >>> 16);
}

function hashIpv6(words: Int32Array): number {
  let h = Math.imul(at32(words, 0) ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ at32(words, 4), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ at32(words, 8), 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15) ^ at32(words, 1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13) ^ at32(words, 2), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15) ^ at32(words, 3), 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 13) ^ at32(words, 5), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ at32(words, 6), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ at32(words, 7), 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15) ^ at32(words, 9), 0x165667b1);
  return h ^ (h >>> 16);
}

/** A power of two of at least twice the capacity, so that probes stay short. */
function indexSize(capacity: number): number {
  let slots = 2;
  while (slots < capacity * 2) slots *= 2;
  return slots;
}

function at32(words: Int32Array, i: number): number {
  return words[i] as number; // Unwrap: indices come from slots of the table or a masked index, within bounds
}
