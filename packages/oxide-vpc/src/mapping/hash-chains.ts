// Values by a hash: chains that never move all at once, over pools of records.
//
//   entry (words):  0 next entry of the chain, plus one | 1 hash | 2 value
//
// (Linear hashing, Litwin 1980.) There is a chain for about every entry. Each new entry splits one chain in two, the next one in turn, so
// that a table of a million grows as smoothly as one of ten; chains are not put together again when entries go.

import { RecordPool } from "./record-pool.js";

const NEXT = 0;
const HASH = 1;
const VALUE = 2;
const ENTRY_WORDS = 3;

/** No entry. */
export const NO_ENTRY = -1;

/** Numbers below 2^32 by hashes of 32 bits, which need not be distinct: whoever asks looks at each value of a hash. */
export class HashChains {
  /** First entry of each chain, plus one. */
  readonly #heads: RecordPool = new RecordPool(1);
  readonly #entries: RecordPool = new RecordPool(ENTRY_WORDS);
  /** A power of two less one: chains before the next one to split are told apart by one bit more. */
  #mask = 0;
  #nextSplit = 0;

  constructor() {
    this.#heads.allocate();
  }

  /** The first entry with this hash, or {@link NO_ENTRY}. */
  first(hash: number): number {
    return this.#seek(this.#heads.get(this.#chainOf(hash), 0) - 1, hash);
  }

  /** The next entry with the same hash, or {@link NO_ENTRY}. */
  next(entry: number): number {
    return this.#seek(this.#entries.get(entry, NEXT) - 1, this.#entries.get(entry, HASH));
  }

  value(entry: number): number {
    return this.#entries.get(entry, VALUE);
  }

  setValue(entry: number, value: number): void {
    this.#entries.set(entry, VALUE, value);
  }

  add(hash: number, value: number): void {
    const entry = this.#entries.allocate();
    this.#entries.set(entry, HASH, hash);
    this.#entries.set(entry, VALUE, value);
    this.#hang(this.#chainOf(hash), entry);
    if (this.#entries.size > this.#heads.size) this.#split();
  }

  /** Takes an entry with this value out, if there is one. */
  remove(hash: number, value: number): void {
    const chain = this.#chainOf(hash);
    let before = NO_ENTRY;
    for (let entry = this.#heads.get(chain, 0) - 1; entry !== NO_ENTRY; entry = this.#entries.get(entry, NEXT) - 1) {
      if (this.#entries.get(entry, VALUE) === value && this.#entries.get(entry, HASH) === hash >>> 0) {
        const next = this.#entries.get(entry, NEXT);
        if (before === NO_ENTRY) this.#heads.set(chain, 0, next);
        else this.#entries.set(before, NEXT, next);
        this.#entries.free(entry);
        return;
      }
      before = entry;
    }
  }

  #seek(from: number, hash: number): number {
    let entry = from;
    while (entry !== NO_ENTRY && this.#entries.get(entry, HASH) !== hash >>> 0)
      entry = this.#entries.get(entry, NEXT) - 1;
    return entry;
  }

  #chainOf(hash: number): number {
    const chain = hash & this.#mask;
    return chain < this.#nextSplit ? hash & (2 * this.#mask + 1) : chain;
  }

  #hang(chain: number, entry: number): void {
    this.#entries.set(entry, NEXT, this.#heads.get(chain, 0));
    this.#heads.set(chain, 0, entry + 1);
  }

  /** Makes one more chain, and moves to it what belongs there. */
  #split(): void {
    const chain = this.#nextSplit++;
    this.#heads.allocate();
    let entry = this.#heads.get(chain, 0) - 1;
    this.#heads.set(chain, 0, 0);
    while (entry !== NO_ENTRY) {
      const next = this.#entries.get(entry, NEXT) - 1;
      this.#hang(this.#chainOf(this.#entries.get(entry, HASH)), entry);
      entry = next;
    }
    if (this.#nextSplit <= this.#mask) return;
    this.#mask = 2 * this.#mask + 1;
    this.#nextSplit = 0;
  }
}
