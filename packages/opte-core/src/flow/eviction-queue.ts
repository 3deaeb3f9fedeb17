// Which entry of a table was hit longest ago, without looking at all of them: a heap that hits do not touch.
//
// An entry stands in the heap by the time of its last hit as it was when the heap last looked, which is never later than the true one. So
// only the entry on top needs looking at: if it was hit since, it sinks to where it belongs, and the next one is looked at. Each
// step down was paid for by a hit. Of equal times the entry that the table's order puts first is on top.

import { grown, grownCapacity } from "./growth.js";
import { UndoLog } from "./undo-log.js";

const NONE = -1;

/** What the queue asks of the table that it serves. */
export interface EvictionOrder {
  lastHit(entry: number): number;
  /** Order of entries that were last hit at the same time; never 0 for two of them. */
  compare(a: number, b: number): number;
}

/** Entries of a table, small integers, by the time of their last hit. */
export class EvictionQueue {
  readonly #order: EvictionOrder;
  readonly #limit: number;
  readonly #undo: UndoLog;
  #size = 0;
  /** Entries, as a binary heap, and the time that each one stands by. */
  #heap: Int32Array = new Int32Array(0);
  #times: Float64Array = new Float64Array(0);
  /** Where each entry stands in the heap, plus 1; 0 if it does not. */
  #places: Int32Array = new Int32Array(0);
  /** Times of hits may have been set back: the heap must be made anew. */
  #isStale = false;

  /** @param limit most entries; there may be more, at the price of a pause */
  constructor(order: EvictionOrder, limit = 0, undo: UndoLog = new UndoLog()) {
    this.#order = order;
    this.#limit = limit;
    this.#undo = undo;
  }

  /** Takes an entry in that is not in the queue. */
  add(entry: number): void {
    this.#grow(entry);
    if (this.#undo.isOn) {
      this.#undo.note(() => {
        this.remove(entry);
        this.#isStale = true;
      });
    }
    this.#rise(this.#size++, entry, this.#order.lastHit(entry));
  }

  /** Takes an entry out, if it is in the queue. */
  remove(entry: number): void {
    if (!this.has(entry)) return;
    if (this.#undo.isOn) {
      this.#undo.note(() => {
        this.add(entry);
        this.#isStale = true;
      });
    }
    const place = at(this.#places, entry) - 1;
    this.#places[entry] = 0;
    const last = --this.#size;
    if (place === last) return;
    const moved = at(this.#heap, last);
    const time = at(this.#times, last);
    // It may belong further up or further down than the entry that it replaces.
    this.#rise(place, moved, time);
    this.#sink(at(this.#places, moved) - 1, moved, time);
  }

  has(entry: number): boolean {
    return entry >= 0 && entry < this.#places.length && at(this.#places, entry) !== 0;
  }

  /** The entry that was hit longest ago, or -1. It stays in the queue. */
  oldest(): number {
    if (this.#isStale) this.#remake();
    if (this.#undo.isOn && this.#size > 0) this.#undo.note(() => (this.#isStale = true));
    while (this.#size > 0) {
      const entry = at(this.#heap, 0);
      const time = this.#order.lastHit(entry);
      if (time <= at(this.#times, 0)) return entry;
      this.#sink(0, entry, time);
    }
    return NONE;
  }

  clear(): void {
    this.#size = 0;
    this.#heap = new Int32Array(0);
    this.#times = new Float64Array(0);
    this.#places = new Int32Array(0);
  }

  /** To be called when the clock went back, so that entries may have been hit at an earlier time than they stand by. */
  clockSetBack(): void {
    this.#isStale = true;
  }

  #remake(): void {
    this.#isStale = false;
    const entries = this.#heap.slice(0, this.#size);
    this.#size = 0;
    for (const entry of entries) this.#rise(this.#size++, entry, this.#order.lastHit(entry));
  }

  /** Puts an entry at `place` or, while it goes before its parent, further up. */
  #rise(from: number, entry: number, time: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(entry, time, parent)) break;
      this.#put(place, at(this.#heap, parent), at(this.#times, parent));
      place = parent;
    }
    this.#put(place, entry, time);
  }

  /** Puts an entry at `place` or, while a child goes before it, further down. */
  #sink(from: number, entry: number, time: number): void {
    let place = from;
    for (let child = 2 * place + 1; child < this.#size; child = 2 * place + 1) {
      const right = child + 1;
      if (right < this.#size && this.#isBefore(at(this.#heap, right), at(this.#times, right), child)) child = right;
      if (this.#isBefore(entry, time, child)) break;
      this.#put(place, at(this.#heap, child), at(this.#times, child));
      place = child;
    }
    this.#put(place, entry, time);
  }

  #put(place: number, entry: number, time: number): void {
    this.#heap[place] = entry;
    this.#times[place] = time;
    this.#places[entry] = place + 1;
  }

  #isBefore(entry: number, time: number, place: number): boolean {
    const other = at(this.#times, place);
    return time < other || (time === other && this.#order.compare(entry, at(this.#heap, place)) < 0);
  }

  #grow(entry: number): void {
    if (entry >= this.#places.length) {
      this.#places = grown(this.#places, new Int32Array(grownCapacity(this.#places.length, entry + 1, this.#limit)));
    }
    if (this.#size < this.#heap.length) return;
    const capacity = grownCapacity(this.#size, this.#size + 1, this.#limit);
    this.#heap = grown(this.#heap, new Int32Array(capacity));
    this.#times = grown(this.#times, new Float64Array(capacity));
  }
}

function at(values: Int32Array | Float64Array, place: number): number {
  return values[place] as number; // Unwrap: places are below the size, entries below the length of `#places`
}
