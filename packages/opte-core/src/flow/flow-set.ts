// Flows that were seen: for checking that none comes twice.

import { FLOW_WORDS } from "./flow-id.js";

/** A set of flow keys that knows how many will come. */
export class FlowSet {
  readonly #keys: Int32Array;
  /** Places plus 1, by hash; 0 where there is none. */
  readonly #index: Int32Array;
  #size = 0;

  /** @param most flows that will be added */
  constructor(most: number) {
    this.#keys = new Int32Array(most * FLOW_WORDS);
    this.#index = new Int32Array(2 ** Math.ceil(Math.log2(2 * most + 1)));
  }

  /** Adds a flow. @returns whether it was not there */
  add(words: Int32Array): boolean {
    const mask = this.#index.length - 1;
    let hash = 0;
    for (let i = 0; i < FLOW_WORDS; i++) {
      hash = Math.imul(hash ^ at(words, i), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    let i = hash & mask;
    for (; at(this.#index, i) !== 0; i = (i + 1) & mask) if (this.#isAt(at(this.#index, i) - 1, words)) return false;
    this.#keys.set(words, this.#size * FLOW_WORDS);
    this.#size += 1;
    this.#index[i] = this.#size;
    return true;
  }

  #isAt(place: number, words: Int32Array): boolean {
    for (let i = 0; i < FLOW_WORDS; i++) if (at(this.#keys, place * FLOW_WORDS + i) !== at(words, i)) return false;
    return true;
  }
}

function at(values: Int32Array, i: number): number {
  return values[i] as number; // Unwrap: words of a key, or indices below the lengths
}
