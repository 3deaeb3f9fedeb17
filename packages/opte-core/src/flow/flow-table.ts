// A bounded table of flows on typed arrays: open addressing from a flow key to a dense slot, one flat record a slot.
//
//   record (words): 0 source, 1 destination, 2 ports or ICMP, 3 protocol and family: an IPv4 key whole
//                   4-5 time of the last hit in ms, as a float | 6 hits | 7 … owner's words
//
// What a hit reads stands together, so that an IPv4 flow costs one or two cache lines however many flows there are. The other words of
// an IPv6 key stand apart, and take no memory before there is one; so do words of the owner that a hit does not need. A slot never
// moves while its entry lives, so other tables may refer to it. A free slot has 0 in word 3 (a key never has) and the next free slot in
// word 0. Nothing in storage needs another first value than 0, so that what is not used takes no memory (growth.ts).

import { FlowKey, type FlowId } from "./flow-id.js";
import { slotsInFlowOrder } from "./flow-order.js";
import { grown, grownCapacity } from "./growth.js";
import { hashIpv4, hashIpv6, hashWords, IPV6 } from "./key-hash.js";
import type { MemoryRoom } from "./memory-room.js";
import { inOneGo } from "./slices.js";
import { SlotIndex } from "./slot-index.js";
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
const NO_SLOT = -1;
const FIRST_CAPACITY = 16;
const NO_WORDS = new Int32Array(0);

/** What can be read of a table's entries. */
export type FlowRecords = Pick<
  FlowTable,
  | "stride"
  | "slotEnd"
  | "isUsed"
  | "readKey"
  | "compareSlots"
  | "hits"
  | "lastHit"
  | "word"
  | "aside"
  | "float"
  | "records"
>;

/** A flow table. Its owner checks capacity (`isFull`) before it inserts. */
export class FlowTable {
  /** Most entries that the table holds. */
  readonly limit: number;
  /** Words in a record, an even number. */
  readonly stride: number;
  /** Records, `stride` words a slot. Replaced when the table grows or is cleared: read it anew after an insert. */
  records: Int32Array<ArrayBuffer> = NO_WORDS;
  /** The same memory as floats: two words each, at even words of a record. Replaced with it. */
  floats: Float64Array = new Float64Array(0);
  /** Entries in the table. */
  size = 0;

  /** The other words of IPv6 keys, `REST_WORDS` a slot; empty until there is such a key. */
  #rest: Int32Array = NO_WORDS;
  /** The owner's words beside the records, `#asideWords` a slot. */
  #aside: Int32Array = NO_WORDS;
  readonly #asideWords: number;
  #index: SlotIndex;
  #freeHead = NO_SLOT;
  #used = 0;
  readonly #undo: UndoLog;

  /**
   * @param limit most entries, at least 1
   * @param ownerWords words that the owner keeps in each record, from {@link TABLE_WORDS} on
   * @param asideWords words that the owner keeps for each entry beside its record, as a hit does not need them
   */
  constructor(limit: number, ownerWords: number, undo: UndoLog = new UndoLog(), asideWords = 0) {
    this.limit = limit;
    this.#undo = undo;
    this.#asideWords = asideWords;
    const words = TABLE_WORDS + ownerWords;
    this.stride = words + (words & 1);
    this.#index = this.#begin();
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
    const { slots, mask } = this.#index;
    const src = at32(words, 0);
    const dst = at32(words, 4);
    const info = at32(words, 8);
    const tail = at32(words, 9);
    const isV6 = tail >>> 8 === IPV6;
    let i = (isV6 ? hashIpv6(words) : hashIpv4(src, dst, info, tail)) & mask;
    for (;;) {
      const slot = at32(slots, i) - 1;
      if (slot < 0) return NO_SLOT;
      const record = slot * stride;
      if (
        at32(records, record + SRC) === src &&
        at32(records, record + DST) === dst &&
        at32(records, record + INFO) === info &&
        at32(records, record + TAIL) === tail &&
        (!isV6 || this.#restEquals(slot, words))
      ) {
        return slot;
      }
      i = (i + 1) & mask;
    }
  }

  /** The slot of the key in `words`, were there no other of its hash; or -1. Reads the index and no record. */
  guess(words: Int32Array): number {
    const { slots, mask } = this.#index;
    return at32(slots, hashWords(words) & mask) - 1;
  }

  /**
   * Adds an entry for a key that is not in the table, with its owner's words 0 in the record, those aside left to be set, and no hits.
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
      if (this.#used * this.stride >= this.records.length) {
        this.#grow(grownCapacity(this.capacity, this.capacity + 1, this.limit));
      }
      slot = this.#used++;
    }
    const record = slot * this.stride;
    const records = this.records;
    records.fill(0, record + HITS, record + this.stride);
    this.#writeKey(slot, words);
    this.setFloat(slot, LAST_HIT, nowMs);
    this.size++;
    this.#index.add(slot);
    if (this.#undo.isOn) this.#undo.note(() => this.remove(slot));
    return slot;
  }

  /** Gets room for so many entries at once, of which no more than the limit come. */
  reserve(entries: number): void {
    if (entries <= this.capacity) return;
    this.#grow(Math.min(this.limit, entries));
    if (this.size === 0) this.#index = new SlotIndex(this, this.capacity, this.limit);
  }

  /** Removes the entry in `slot`. */
  remove(slot: number): void {
    this.#index.remove(slot);
    const record = slot * this.stride;
    if (this.#undo.isOn) {
      const words = this.records.slice(record, record + this.stride);
      const rest = this.#rest.slice(slot * REST_WORDS, (slot + 1) * REST_WORDS);
      const aside = this.#asideOf(slot);
      this.#undo.note(() => this.#putBack(slot, words, rest, aside));
    }
    this.records.fill(0, record, record + this.stride);
    this.records[record] = this.#freeHead;
    this.#freeHead = slot;
    this.size--;
  }

  /** Removes every entry. */
  clear(): void {
    this.#index = this.#begin();
    this.#freeHead = NO_SLOT;
    this.#used = 0;
    this.size = 0;
  }

  /** To be called before a dry run changes words or hits of an entry. */
  remember(slot: number): void {
    if (!this.#undo.isOn) return;
    const record = slot * this.stride;
    const words = this.records.slice(record, record + this.stride);
    const aside = this.#asideOf(slot);
    this.#undo.note(() => {
      this.records.set(words, record);
      this.#aside.set(aside, slot * this.#asideWords);
    });
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
    const tail = at32(records, record + TAIL);
    words[0] = at32(records, record + SRC);
    words[4] = at32(records, record + DST);
    words[8] = at32(records, record + INFO);
    words[9] = tail;
    const isV6 = tail >>> 8 === IPV6;
    const rest = slot * REST_WORDS;
    for (let i = 0; i < 3; i++) {
      words[1 + i] = isV6 ? at32(this.#rest, rest + i) : 0;
      words[5 + i] = isV6 ? at32(this.#rest, rest + 3 + i) : 0;
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

  /** An owner's word beside the record, from 0 on. */
  aside(slot: number, word: number): number {
    return at32(this.#aside, slot * this.#asideWords + word);
  }

  setAside(slot: number, word: number, value: number): void {
    this.#aside[slot * this.#asideWords + word] = value;
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

  /** Hash of an entry's key. */
  hash(slot: number): number {
    this.readKey(slot, SCRATCH);
    return hashWords(SCRATCH.words);
  }

  /** Flow-id order of two entries. */
  compareSlots(a: number, b: number): number {
    this.readKey(a, SCRATCH);
    this.readKey(b, OTHER);
    return SCRATCH.compare(OTHER);
  }

  /** Sizes of what {@link frozen} copies, in words. */
  get wordsInUse(): readonly number[] {
    return [this.#used * this.stride, this.#restInUse, this.#used * this.#asideWords];
  }

  /** A copy of the entries, for reading, which stays as it is whatever becomes of the table. */
  frozen(room: MemoryRoom): FlowRecords {
    const copy = new FlowTable(this.limit, this.stride - TABLE_WORDS, undefined, this.#asideWords);
    copy.records = room.copy(this.records, this.#used * this.stride);
    copy.floats = new Float64Array(copy.records.buffer, copy.records.byteOffset, copy.records.length >> 1);
    copy.#rest = room.copy(this.#rest, this.#restInUse);
    copy.#aside = room.copy(this.#aside, this.#used * this.#asideWords);
    copy.#used = this.#used;
    return copy;
  }

  get #restInUse(): number {
    return Math.min(this.#rest.length, this.#used * REST_WORDS);
  }

  /** Undoes the last removal, all later changes having been undone, so that the slot is the first free one. */
  #putBack(slot: number, words: Int32Array, rest: Int32Array, aside: Int32Array): void {
    const record = slot * this.stride;
    this.#freeHead = at32(this.records, record);
    this.records.set(words, record);
    if (rest.length > 0) this.#rest.set(rest, slot * REST_WORDS);
    this.#aside.set(aside, slot * this.#asideWords);
    this.size++;
    this.#index.add(slot);
  }

  #asideOf(slot: number): Int32Array {
    const at = slot * this.#asideWords;
    return this.#aside.slice(at, at + this.#asideWords);
  }

  #writeKey(slot: number, words: Int32Array): void {
    const { records } = this;
    const record = slot * this.stride;
    const tail = at32(words, 9);
    records[record + SRC] = at32(words, 0);
    records[record + DST] = at32(words, 4);
    records[record + INFO] = at32(words, 8);
    records[record + TAIL] = tail;
    if (tail >>> 8 !== IPV6) return;
    if (this.#rest.length === 0) this.#rest = new Int32Array(this.capacity * REST_WORDS);
    const rest = slot * REST_WORDS;
    for (let i = 0; i < 3; i++) {
      this.#rest[rest + i] = at32(words, 1 + i);
      this.#rest[rest + 3 + i] = at32(words, 5 + i);
    }
  }

  #restEquals(slot: number, words: Int32Array): boolean {
    const rest = this.#rest;
    const at = slot * REST_WORDS;
    return (
      at32(rest, at) === at32(words, 1) &&
      at32(rest, at + 1) === at32(words, 2) &&
      at32(rest, at + 2) === at32(words, 3) &&
      at32(rest, at + 3) === at32(words, 5) &&
      at32(rest, at + 4) === at32(words, 6) &&
      at32(rest, at + 5) === at32(words, 7)
    );
  }

  /** Starts over with little storage. @returns the index of it */
  #begin(): SlotIndex {
    const capacity = Math.min(this.limit, FIRST_CAPACITY);
    this.#setRecords(new Int32Array(capacity * this.stride));
    this.#rest = NO_WORDS;
    this.#aside = new Int32Array(capacity * this.#asideWords);
    return new SlotIndex(this, capacity, this.limit);
  }

  #setRecords(records: Int32Array<ArrayBuffer>): void {
    this.records = records;
    this.floats = new Float64Array(records.buffer);
  }

  #grow(capacity: number): void {
    this.#setRecords(grown(this.records, new Int32Array(capacity * this.stride)));
    if (this.#rest.length > 0) this.#rest = grown(this.#rest, new Int32Array(capacity * REST_WORDS));
    this.#aside = grown(this.#aside, new Int32Array(capacity * this.#asideWords));
  }
}

/** For short-lived use inside one method. */
const SCRATCH = new FlowKey();
const OTHER = new FlowKey();

function at32(words: Int32Array, i: number): number {
  return words[i] as number; // Unwrap: indices come from slots of the table or are masked, within bounds
}
