// A timing wheel over the slots of a flow table: finds what is due without walking the table.
//
// A slot hangs in the bucket of the second in which it was due when it was last looked at. Hits only move the due time away, so they do
// not touch the wheel: when a bucket's second comes, its slots are asked for their due time anew, and those that are not due move on.

import { grown, grownCapacity } from "./growth.js";
import { UndoLog } from "./undo-log.js";

const TICK_MS = 1000;
const BUCKETS = 256;
/** End of a list; of a slot that is nowhere, the place before it. */
const NONE = 0;

/** Slots by the time at which they are due. Holds each slot at most once. */
export class ExpiryWheel {
  // Each bucket is a list of slots, where a slot stands as its number plus 1.
  readonly #heads: Int32Array = new Int32Array(BUCKETS);
  #next: Int32Array = new Int32Array(0);
  /** Of the first in a bucket its {@link edge}. */
  #previous: Int32Array = new Int32Array(0);
  /** Second up to which buckets were emptied of what was due. */
  #tick = -Infinity;
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
    this.#hang(slot, bucketOf(Math.max(Math.floor(dueMs / TICK_MS), this.#tick)));
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
   * Takes every slot that is due by `nowMs` off the wheel.
   *
   * @param dueMs the due time of a slot as it is now; must not be earlier than the one it was scheduled for
   * @returns the slots, in no order
   */
  takeDue(nowMs: number, dueMs: (slot: number) => number): number[] {
    const due: number[] = [];
    const last = Math.floor(nowMs / TICK_MS);
    for (let tick = Math.max(this.#tick, last - BUCKETS + 1); tick <= last; tick++) {
      for (let each = at(this.#heads, bucketOf(tick)); each !== NONE;) {
        const slot = each - 1;
        each = at(this.#next, slot);
        const slotDueMs = dueMs(slot);
        if (slotDueMs <= nowMs) {
          this.cancel(slot);
          due.push(slot);
        } else if (Math.floor(slotDueMs / TICK_MS) !== tick) {
          this.schedule(slot, slotDueMs);
        }
      }
    }
    this.#tick = Math.max(this.#tick, last);
    return due;
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
