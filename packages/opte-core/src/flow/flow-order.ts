// Puts the entries of a table into flow-id order, the order of dumps and snapshots, by their digits: the work grows with the entries alone.
//
// Keys are taken out as words that sort as unsigned numbers. Only those digits that differ at all are looked at, from the last to the
// first; of flows of one network those are few.

import { FLOW_WORDS, FlowKey, flowSortWords } from "./flow-id.js";

/** Fewer are compared with each other, as counting digits would cost more. */
const FEW = 2048;
const DIGITS = 1 << 16;
/** Entries between two pauses. */
const SLICE = 1 << 13;

/** What is asked of a table. */
interface KeySource {
  readonly slotEnd: number;
  isUsed(slot: number): boolean;
  readKey(slot: number, key: FlowKey): void;
  compareSlots(a: number, b: number): number;
}

/** Slots in use, in flow-id order. Pauses between slices of the work; the table must not change meanwhile. */
export function* slotsInFlowOrder(table: KeySource): Generator<undefined, Int32Array> {
  const slots = new Int32Array(table.slotEnd);
  let count = 0;
  for (let slot = 0; slot < table.slotEnd; slot++) {
    if (table.isUsed(slot)) slots[count++] = slot;
    if (slot % SLICE === SLICE - 1) yield;
  }
  return yield* inFlowOrder(table, slots.subarray(0, count));
}

/** Some slots of a table, in flow-id order: {@link slotsInFlowOrder}. */
export function* inFlowOrder(table: KeySource, slots: Int32Array): Generator<undefined, Int32Array> {
  const count = slots.length;
  if (count < FEW) return slots.sort((a, b) => table.compareSlots(a, b));
  const keys = new Int32Array(FLOW_WORDS * count);
  const differ = new Int32Array(FLOW_WORDS);
  const flow = new FlowKey();
  const words = new Int32Array(FLOW_WORDS);
  for (let i = 0; i < count; i++) {
    table.readKey(at(slots, i), flow);
    flowSortWords(flow.words, words);
    for (let word = 0; word < FLOW_WORDS; word++) {
      const value = at(words, word);
      keys[word * count + i] = value;
      differ[word] = at(differ, word) | (value ^ at(keys, word * count));
    }
    if (i % SLICE === SLICE - 1) yield;
  }
  let order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  let next = new Int32Array(count);
  const starts = new Int32Array(DIGITS);
  for (let word = FLOW_WORDS - 1; word >= 0; word--) {
    const column = keys.subarray(word * count, (word + 1) * count);
    for (const shift of [0, 16]) {
      if (((at(differ, word) >>> shift) & 0xffff) === 0) continue;
      yield* byDigit(column, shift, starts, order, next);
      [order, next] = [next, order];
    }
  }
  for (let i = 0; i < count; i++) {
    next[i] = at(slots, at(order, i));
    if (i % (8 * SLICE) === 8 * SLICE - 1) yield;
  }
  return next;
}

/** Puts `order` into `sorted` by one digit of the keys; those with the same digit stay as they are to each other. */
function* byDigit(
  keys: Int32Array,
  shift: number,
  starts: Int32Array,
  order: Int32Array,
  sorted: Int32Array,
): Generator<undefined> {
  starts.fill(0);
  for (let i = 0; i < keys.length; i++) {
    const digit = (at(keys, i) >>> shift) & 0xffff;
    starts[digit] = at(starts, digit) + 1;
    if (i % (8 * SLICE) === 8 * SLICE - 1) yield;
  }
  yield;
  let start = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const size = at(starts, digit);
    starts[digit] = start;
    start += size;
  }
  for (let i = 0; i < order.length; i++) {
    const entry = at(order, i);
    const digit = (at(keys, entry) >>> shift) & 0xffff;
    const place = at(starts, digit);
    sorted[place] = entry;
    starts[digit] = place + 1;
    if (i % (8 * SLICE) === 8 * SLICE - 1) yield;
  }
}

function at(values: Int32Array, i: number): number {
  return values[i] as number; // Unwrap: indices are below the number of entries, of words, or of digits
}
