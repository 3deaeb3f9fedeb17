// A timing wheel over the slots of a flow table: finds what is due without walking the table.
//
// A slot hangs in the bucket of the second in which it was due when it was last looked at. Hits only move the due time away, so they do
// not touch the wheel: when a bucket's second comes, its slots are asked for their due time anew, and those that are not due move on.

import { UndoLog } from "./undo-log.js";

const TICK_MS = 1000;
const BUCKETS = 256;
const NONE = -1;
const ABSENT = -2;

/** Slots by the time at which they are due. Holds each slot at most once. */
export class ExpiryWheel {
  readonly #heads: Int32Array = new Int32Array(BUCKETS).fill(NONE);
  #next: Int32Array = new Int32Array(0);
  #previous: Int32Array = new Int32Array(0);
  /** Bucket of each slot, or `ABSENT`. */
  #bucket: Int32Array = new Int32Array(0);
  /** Second up to which buckets were emptied of what was due. */
  #tick = -Infinity;
  readonly #undo: UndoLog;

  constructor(undo: UndoLog = new UndoLog()) {
    this.#undo = undo;
  }

  /** Hangs `slot` up until `dueMs`, or moves it there. */
  schedule(slot: number, dueMs: number): void {
    if (slot >= this.#bucket.length) this.#grow(slot);
    this.#move(slot, bucketOf(Math.max(Math.floor(dueMs / TICK_MS), this.#tick)));
  }

  /** Takes `slot` off the wheel, if it hangs there. */
  cancel(slot: number): void {
    if (slot < this.#bucket.length) this.#move(slot, ABSENT);
  }

  clear(): void {
    this.#heads.fill(NONE);
    this.#bucket.fill(ABSENT);
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
      let slot = at(this.#heads, bucketOf(tick));
      while (slot !== NONE) {
        const next = at(this.#next, slot);
        const slotDueMs = dueMs(slot);
        if (slotDueMs <= nowMs) {
          this.cancel(slot);
          due.push(slot);
        } else if (Math.floor(slotDueMs / TICK_MS) !== tick) {
          this.schedule(slot, slotDueMs);
        }
        slot = next;
      }
    }
    this.#tick = Math.max(this.#tick, last);
    return due;
  }

  /** Moves `slot` from its bucket to another; `ABSENT` stands for none. */
  #move(slot: number, to: number): void {
    const from = at(this.#bucket, slot);
    if (this.#undo.isOn) this.#undo.note(() => this.#move(slot, from));
    if (from !== ABSENT) this.#takeOff(slot, from);
    if (to !== ABSENT) this.#hang(slot, to);
    this.#bucket[slot] = to;
  }

  #hang(slot: number, bucket: number): void {
    const head = at(this.#heads, bucket);
    this.#next[slot] = head;
    this.#previous[slot] = NONE;
    if (head !== NONE) this.#previous[head] = slot;
    this.#heads[bucket] = slot;
  }

  #takeOff(slot: number, bucket: number): void {
    const next = at(this.#next, slot);
    const previous = at(this.#previous, slot);
    if (previous === NONE) this.#heads[bucket] = next;
    else this.#next[previous] = next;
    if (next !== NONE) this.#previous[next] = previous;
  }

  #grow(slot: number): void {
    const size = Math.max(16, 2 ** Math.ceil(Math.log2(slot + 1)));
    this.#next = grown(this.#next, size);
    this.#previous = grown(this.#previous, size);
    const held = this.#bucket.length;
    this.#bucket = grown(this.#bucket, size).fill(ABSENT, held);
  }
}

function bucketOf(tick: number): number {
  return ((tick % BUCKETS) + BUCKETS) % BUCKETS;
}

function grown(array: Int32Array, size: number): Int32Array {
  const larger = new Int32Array(size);
  larger.set(array);
  return larger;
}

function at(array: Int32Array, index: number): number {
  return array[index] as number; // Unwrap: indices are buckets, or slots that #grow made room for
}
