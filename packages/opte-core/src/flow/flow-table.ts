// A bounded table of flows on typed arrays: open addressing from a flow key to a dense slot, one flat record a slot.
//
//   record (words):  0-9 key (flow-id.ts) | 10 hits | 11 … owner's words
//   lastHitMs[slot]  time of the last hit
//
// A slot never moves while its entry lives, so other tables may refer to it. A free slot has 0 in word 9 (a key never has) and the
// next free slot in word 0. Storage doubles as the table fills, up to the limit.

import { compareFlowWords, FLOW_WORDS, flowIdOf, type FlowId, type FlowKey } from "./flow-id.js";
import { UndoLog } from "./undo-log.js";

/** Words of every record that the table itself uses; an owner's words start here. */
export const TABLE_WORDS = 11;

const HITS = 10;
const NO_SLOT = -1;
const FIRST_CAPACITY = 16;

/** A flow table. Its owner checks capacity (`isFull`) before it inserts. */
export class FlowTable {
  /** Most entries that the table holds. */
  readonly limit: number;
  /** Words in a record. */
  readonly stride: number;
  /** Records, `stride` words a slot. Replaced when the table grows: read it anew after an insert. */
  records: Int32Array;
  /** Time of the last hit, a slot. Replaced when the table grows. */
  lastHitMs: Float64Array;
  /** Entries in the table. */
  size = 0;

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
    this.stride = TABLE_WORDS + ownerWords;
    const capacity = Math.min(limit, FIRST_CAPACITY);
    this.records = new Int32Array(capacity * this.stride);
    this.lastHitMs = new Float64Array(capacity);
    const slots = indexSize(capacity);
    this.#index = new Int32Array(slots).fill(NO_SLOT);
    this.#mask = slots - 1;
  }

  get isFull(): boolean {
    return this.size >= this.limit;
  }

  /** The slot of `key`, or -1. */
  find(key: FlowKey): number {
    return this.findWords(key.words, 0);
  }

  /** The slot of the key at word offset `at` of `words`, or -1. */
  findWords(words: Int32Array, at: number): number {
    const index = this.#index;
    const mask = this.#mask;
    let i = hashWords(words, at) & mask;
    for (;;) {
      const slot = at32(index, i);
      if (slot < 0) return NO_SLOT;
      if (this.#keyEquals(slot, words, at)) return slot;
      i = (i + 1) & mask;
    }
  }

  /**
   * Adds an entry for a key that is not in the table, with its owner's words 0 and no hits.
   *
   * @returns its slot
   * @throws RangeError when the table is full
   */
  insert(words: Int32Array, at: number, nowMs: number): number {
    if (this.isFull) throw new RangeError(`Cannot insert a flow: the table holds its limit of ${this.limit}`);
    let slot = this.#freeHead;
    if (slot >= 0) {
      this.#freeHead = at32(this.records, slot * this.stride);
    } else {
      if (this.#used * this.stride >= this.records.length) this.#grow();
      slot = this.#used++;
    }
    const record = slot * this.stride;
    const records = this.records;
    for (let i = 0; i < FLOW_WORDS; i++) records[record + i] = at32(words, at + i);
    records.fill(0, record + FLOW_WORDS, record + this.stride);
    this.lastHitMs[slot] = nowMs;
    this.size++;
    this.#link(slot);
    if (this.#undo.isOn) this.#undo.note(() => this.remove(slot));
    return slot;
  }

  /** Removes the entry in `slot`. */
  remove(slot: number): void {
    this.#unlink(slot);
    const record = slot * this.stride;
    if (this.#undo.isOn) {
      const words = this.records.slice(record, record + this.stride);
      const lastHitMs = this.lastHit(slot);
      this.#undo.note(() => this.#putBack(slot, words, lastHitMs));
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
    const lastHitMs = this.lastHit(slot);
    this.#undo.note(() => {
      this.records.set(words, record);
      this.lastHitMs[slot] = lastHitMs;
    });
  }

  /** Counts a hit and notes its time. */
  touch(slot: number, nowMs: number): void {
    const hits = slot * this.stride + HITS;
    this.records[hits] = at32(this.records, hits) + 1;
    this.lastHitMs[slot] = nowMs;
  }

  hits(slot: number): number {
    return at32(this.records, slot * this.stride + HITS) >>> 0;
  }

  /** For entries that were counted elsewhere. */
  setHits(slot: number, hits: number): void {
    this.records[slot * this.stride + HITS] = hits;
  }

  lastHit(slot: number): number {
    return this.lastHitMs[slot] as number; // Unwrap: a slot of a live entry lies within the table
  }

  flowId(slot: number): FlowId {
    return flowIdOf(this.records, slot * this.stride);
  }

  /** Copies the key of `slot` into `key`. */
  readKey(slot: number, key: FlowKey): void {
    const record = slot * this.stride;
    for (let i = 0; i < FLOW_WORDS; i++) key.words[i] = at32(this.records, record + i);
  }

  /** Whether `slot` holds an entry. */
  isUsed(slot: number): boolean {
    return slot < this.#used && at32(this.records, slot * this.stride + 9) !== 0;
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

  /** Slots in use, in flow-id order (the order of dumps and of ties in eviction). */
  sortedSlots(): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#used; slot++) if (this.isUsed(slot)) slots.push(slot);
    return slots.sort((a, b) => this.compareSlots(a, b));
  }

  /** Flow-id order of two entries. */
  compareSlots(a: number, b: number): number {
    return compareFlowWords(this.records, a * this.stride, this.records, b * this.stride);
  }

  /** Undoes the last removal, all later changes having been undone, so that the slot is the first free one. */
  #putBack(slot: number, words: Int32Array, lastHitMs: number): void {
    const record = slot * this.stride;
    this.#freeHead = at32(this.records, record);
    this.records.set(words, record);
    this.lastHitMs[slot] = lastHitMs;
    this.size++;
    this.#link(slot);
  }

  #keyEquals(slot: number, words: Int32Array, at: number): boolean {
    const records = this.records;
    const record = slot * this.stride;
    for (let i = FLOW_WORDS - 1; i >= 0; i--) {
      if (at32(records, record + i) !== at32(words, at + i)) return false;
    }
    return true;
  }

  #link(slot: number): void {
    const index = this.#index;
    const mask = this.#mask;
    let i = hashWords(this.records, slot * this.stride) & mask;
    while (at32(index, i) >= 0) i = (i + 1) & mask;
    index[i] = slot;
  }

  /** Takes a slot out of the index and closes the gap, so that no tombstones slow later look-ups down. */
  #unlink(slot: number): void {
    const index = this.#index;
    const mask = this.#mask;
    let hole = hashWords(this.records, slot * this.stride) & mask;
    while (at32(index, hole) !== slot) hole = (hole + 1) & mask;
    for (let i = (hole + 1) & mask; ; i = (i + 1) & mask) {
      const other = at32(index, i);
      if (other < 0) break;
      const home = hashWords(this.records, other * this.stride) & mask;
      if (((i - home) & mask) >= ((i - hole) & mask)) {
        index[hole] = other;
        hole = i;
      }
    }
    index[hole] = NO_SLOT;
  }

  #grow(): void {
    const capacity = Math.min(this.limit, this.lastHitMs.length * 2);
    const records = new Int32Array(capacity * this.stride);
    records.set(this.records);
    this.records = records;
    const lastHitMs = new Float64Array(capacity);
    lastHitMs.set(this.lastHitMs);
    this.lastHitMs = lastHitMs;
    const slots = indexSize(capacity);
    if (slots === this.#index.length) return;
    this.#index = new Int32Array(slots).fill(NO_SLOT);
    this.#mask = slots - 1;
    for (let slot = 0; slot < this.#used; slot++) if (this.isUsed(slot)) this.#link(slot);
  }
}

/** Mixes a key's words; IPv4 keys skip the six words that are always zero. */
function hashWords(words: Int32Array, at: number): number {
  let h = Math.imul(at32(words, at) ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ at32(words, at + 4), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ at32(words, at + 8), 0x27d4eb2f);
  const tail = at32(words, at + 9);
  if (tail >>> 8 === 6) {
    h = Math.imul(h ^ (h >>> 15) ^ at32(words, at + 1), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13) ^ at32(words, at + 2), 0xc2b2ae35);
    h = Math.imul(h ^ (h >>> 15) ^ at32(words, at + 3), 0x27d4eb2f);
    h = Math.imul(h ^ (h >>> 13) ^ at32(words, at + 5), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15) ^ at32(words, at + 6), 0xc2b2ae35);
    h = Math.imul(h ^ (h >>> 13) ^ at32(words, at + 7), 0x27d4eb2f);
  }
  h = Math.imul(h ^ (h >>> 15) ^ tail, 0x165667b1);
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
