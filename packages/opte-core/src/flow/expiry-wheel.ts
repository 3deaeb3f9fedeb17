// A timing wheel over the slots of a flow table: finds what is due without walking the table.
//
// A slot hangs in the bucket of the second in which it was due when it was last looked at. Hits only move the due time away, so they do
// not touch the wheel: when a bucket's second comes, its slots are asked for their due time anew, and those that are not due move on. Whoever
// asks may have few of them looked at at a time: the rest of a bucket waits in a list of its own.

import { grown, grownCapacity } from "./growth.js";
import { UndoLog } from "./undo-log.js";

const TICK_MS = 1000;
const BUCKETS = 256;
/** Of the list of slots whose second has come and that were not looked at yet. */
const WAITING = BUCKETS;
/** End of a list; of a slot that is nowhere, the place before it. */
const NONE = 0;

/** Slots by the time at which they are due. Holds each slot at most once. */
export class ExpiryWheel {
  // Each bucket is a list of slots, where a slot stands as its number plus 1.
  readonly #heads: Int32Array = new Int32Array(BUCKETS + 1);
  #next: Int32Array = new Int32Array(0);
  /** Of the first in a bucket its {@link edge}. */
  #previous: Int32Array = new Int32Array(0);
  /** No slot is due in an earlier second, but for those that wait. */
  #tick = -Infinity;
  /** The present second, if its slots wait or were looked at in a run that has not come to its end. */
  #lastTaken = NaN;
  readonly #limit: number;
  readonly #undo: UndoLog;

  /** @param limit most slots; there may be more, at the price of a pause */
  constructor(limit = 0, undo: UndoLog = new UndoLog()) {
    this.#limit = limit;
    this.#undo = undo;
  }

  /** Hangs `slot` up until `dueMs`, or moves it there. */
  schedule(slot: number, dueMs: number): void {
    if (slot >= this.#next.length) this.#grow(slot);
    this.cancel(slot);
    const tick = Math.floor(dueMs / TICK_MS);
    // The time may be past, and so it may be when the clock was set back.
    if (tick < this.#tick) this.#tick = tick;
    this.#hang(slot, bucketOf(tick));
  }

  /** Takes `slot` off the wheel, if it hangs there. */
  cancel(slot: number): void {
    if (slot < this.#next.length && at(this.#previous, slot) !== NONE) this.#takeOff(slot);
  }

  clear(): void {
    this.#heads.fill(NONE);
    this.#next = new Int32Array(0);
    this.#previous = new Int32Array(0);
  }

  /**
   * Takes slots that are due by `nowMs` off the wheel: every one, if fewer than `most` had to be looked at.
   *
   * @param dueMs the due time of a slot as it is now; must not be earlier than the one it was scheduled for
   * @param due gets the slots, in no order
   * @returns how many were looked at
   */
  takeDue(nowMs: number, dueMs: (slot: number) => number, due: number[], most: number = Infinity): number {
    const last = Math.floor(nowMs / TICK_MS);
    let looked = 0;
    if (most === Infinity) this.#lastTaken = NaN;
    for (;;) {
      for (let first = at(this.#heads, WAITING); first !== NONE; first = at(this.#heads, WAITING)) {
        if (looked >= most) return looked;
        looked++;
        const slot = first - 1;
        const slotDueMs = dueMs(slot);
        if (slotDueMs > nowMs) this.schedule(slot, slotDueMs);
        else {
          this.#takeOff(slot);
          due.push(slot);
        }
      }
      if (this.#tick > last || (this.#tick === last && this.#lastTaken === last)) break;
      const tick = Math.max(this.#tick, last - BUCKETS + 1);
      // More may come to be due in the present second.
      this.#tick = Math.min(tick + 1, last);
      if (tick === last) this.#lastTaken = last;
      this.#letWait(bucketOf(tick));
    }
    // Who may look at no more does not know yet that this was all, and asks again.
    if (looked < most) this.#lastTaken = NaN;
    return looked;
  }

  /** Moves a bucket's slots to those that wait, of which there are none. */
  #letWait(bucket: number): void {
    const first = at(this.#heads, bucket);
    if (first === NONE) return;
    this.#heads[bucket] = NONE;
    this.#heads[WAITING] = first;
    this.#previous[first - 1] = edge(WAITING);
  }

  /** Puts a slot, which is nowhere, in front of a bucket. */
  #hang(slot: number, bucket: number): void {
    if (this.#undo.isOn) this.#undo.note(() => this.#takeOff(slot));
    this.#insert(slot, edge(bucket), at(this.#heads, bucket));
  }

  #insert(slot: number, previous: number, next: number): void {
    this.#previous[slot] = previous;
    this.#next[slot] = next;
    this.#setNext(previous, slot + 1);
    if (next !== NONE) this.#previous[next - 1] = slot + 1;
  }

  #takeOff(slot: number): void {
    const previous = at(this.#previous, slot);
    const next = at(this.#next, slot);
    // All later changes having been undone, its neighbours are neighbours again.
    if (this.#undo.isOn) this.#undo.note(() => this.#insert(slot, previous, next));
    this.#previous[slot] = NONE;
    this.#setNext(previous, next);
    if (next !== NONE) this.#previous[next - 1] = previous;
  }

  #setNext(previous: number, next: number): void {
    if (previous > 0) this.#next[previous - 1] = next;
    else this.#heads[-1 - previous] = next;
  }

  #grow(slot: number): void {
    const size = grownCapacity(this.#next.length, slot + 1, this.#limit);
    this.#next = grown(this.#next, new Int32Array(size));
    this.#previous = grown(this.#previous, new Int32Array(size));
  }
}

/** What stands before the first slot of a bucket. */
function edge(bucket: number): number {
  return -1 - bucket;
}

function bucketOf(tick: number): number {
  return ((tick % BUCKETS) + BUCKETS) % BUCKETS;
}

function at(array: Int32Array, index: number): number {
  return array[index] as number; // Unwrap: indices are buckets, or slots that #grow made room for
}
