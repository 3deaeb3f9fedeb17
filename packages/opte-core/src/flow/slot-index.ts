// From hashes to slots of a table: open addressing, a slot standing as its number plus 1, and 0 where there is none.
//
// The index is as large as the entries need, so that look-ups stay within little memory. When it is half full, one twice as large is filled,
// a few entries with each insertion; the old one is complete all the while, and so look-ups know nothing of it.

/** What the index asks of its table. */
export interface HashedSlots {
  readonly slotEnd: number;
  isUsed(slot: number): boolean;
  hash(slot: number): number;
}

/** Entries that an insertion takes over into a larger index. */
const MOVED_AT_ONCE = 8;
const NO_WORDS = new Int32Array(0);

export class SlotIndex {
  /** Slots by hash; a power of two of them. */
  slots: Int32Array;
  /** What of a hash is a place in `slots`. */
  mask: number;

  readonly #table: HashedSlots;
  readonly #most: number;
  #size = 0;
  /** The one that is being filled, else empty: it has the entries whose slots are below `#moved`. */
  #larger: Int32Array = NO_WORDS;
  #moved = 0;

  /**
   * @param entries for which there is to be room at once
   * @param limit most entries
   */
  constructor(table: HashedSlots, entries: number, limit: number) {
    this.#table = table;
    this.#most = lengthFor(limit);
    this.slots = new Int32Array(lengthFor(entries));
    this.mask = this.slots.length - 1;
  }

  /** Adds a slot, which is used. */
  add(slot: number): void {
    const hash = this.#table.hash(slot);
    put(this.slots, hash, slot);
    if (slot < this.#moved) put(this.#larger, hash, slot);
    this.#size++;
    this.#enlarge();
  }

  /** Takes out a slot, which still has its key. */
  remove(slot: number): void {
    this.#takeOut(this.slots, slot);
    if (slot < this.#moved) this.#takeOut(this.#larger, slot);
    this.#size--;
  }

  /** Closes the gap, so that no tombstones slow later look-ups down. */
  #takeOut(slots: Int32Array, slot: number): void {
    const mask = slots.length - 1;
    let hole = this.#table.hash(slot) & mask;
    while (at(slots, hole) !== slot + 1) hole = (hole + 1) & mask;
    for (let i = (hole + 1) & mask; ; i = (i + 1) & mask) {
      const other = at(slots, i);
      if (other === 0) break;
      const home = this.#table.hash(other - 1) & mask;
      if (((i - home) & mask) >= ((i - hole) & mask)) {
        slots[hole] = other;
        hole = i;
      }
    }
    slots[hole] = 0;
  }

  #enlarge(): void {
    if (this.#larger.length === 0) {
      const { length } = this.slots;
      if (this.#size * 2 <= length || length >= this.#most) return;
      this.#larger = new Int32Array(length * 2);
    }
    const { slotEnd } = this.#table;
    const end = Math.min(slotEnd, this.#moved + MOVED_AT_ONCE);
    for (; this.#moved < end; this.#moved++) {
      if (this.#table.isUsed(this.#moved)) put(this.#larger, this.#table.hash(this.#moved), this.#moved);
    }
    if (this.#moved < slotEnd) return;
    this.slots = this.#larger;
    this.mask = this.slots.length - 1;
    this.#larger = NO_WORDS;
    this.#moved = 0;
  }
}

/** Puts in a slot that is not there. */
function put(slots: Int32Array, hash: number, slot: number): void {
  const mask = slots.length - 1;
  let i = hash & mask;
  while (at(slots, i) !== 0) i = (i + 1) & mask;
  slots[i] = slot + 1;
}

/** A power of two of at least twice the entries, so that probes stay short. */
function lengthFor(entries: number): number {
  let length = 2;
  while (length < entries * 2) length *= 2;
  return length;
}

function at(slots: Int32Array, i: number): number {
  return slots[i] as number; // Unwrap: places are masked
}
