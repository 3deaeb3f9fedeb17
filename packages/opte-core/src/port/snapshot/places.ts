// Numbers for what a snapshot refers to, in the order in which it is first met.

import { PROGRAM_WORDS, ProgramWord } from "../../transform/program.js";
import type { SnapshotValue } from "./snapshot-value.js";

const NONE = -1;
/** Words of a program that differ from flow to flow, and stand with the flow. */
const OWN_WORDS: readonly number[] = [ProgramWord.Entropy, ProgramWord.Info];
/** All others. */
const SHARED_WORDS: Int32Array = Int32Array.from({ length: PROGRAM_WORDS }, (_, i) => i).filter(
  (i) => !OWN_WORDS.includes(i),
);

const FIRST_PROGRAMS = 32;

/** Places of small integers, such as slots. */
export class Places {
  readonly #places: Int32Array;
  readonly #values: Int32Array;
  #size = 0;

  /** @param end one more than the highest integer */
  constructor(end: number) {
    this.#places = new Int32Array(end).fill(NONE);
    this.#values = new Int32Array(end);
  }

  /** The integers so far, by their places. */
  get values(): Int32Array {
    return this.#values.subarray(0, this.#size);
  }

  of(value: number): number {
    const known = word(this.#places, value);
    if (known !== NONE) return known;
    this.#places[value] = this.#size;
    this.#values[this.#size] = value;
    return this.#size++;
  }
}

/** Places of values. Values that are alike have one place. */
export class ValuePlaces<Value extends SnapshotValue> {
  readonly values: Value[] = [];
  readonly #known = new Map<SnapshotValue, number>();
  readonly #places = new Map<string, number>();

  of(value: Value): number {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const text = JSON.stringify(value);
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.values.push(value) - 1;
      this.#places.set(text, place);
    }
    this.#known.set(value, place);
    return place;
  }
}

/** Places of transform programs, without what differs from flow to flow. Programs that are alike have one place. */
export class ProgramPlaces {
  /** Words of the programs so far, `PROGRAM_WORDS - 2` each. */
  words: Int32Array = new Int32Array(FIRST_PROGRAMS * SHARED_WORDS.length);
  size = 0;
  /** Places plus 1, by hash; 0 where there is none. Twice as long as there is room for programs. */
  #index: Int32Array = new Int32Array(2 * FIRST_PROGRAMS);

  /** @param program all words of a program */
  of(program: Int32Array): number {
    if (this.size * 2 >= this.#index.length) this.#grow();
    const mask = this.#index.length - 1;
    const draft = this.size * SHARED_WORDS.length;
    for (let i = 0; i < SHARED_WORDS.length; i++) this.words[draft + i] = word(program, word(SHARED_WORDS, i));
    let i = this.#hash(draft) & mask;
    for (; word(this.#index, i) !== 0; i = (i + 1) & mask) {
      const place = word(this.#index, i) - 1;
      if (this.#equals(place * SHARED_WORDS.length, draft)) return place;
    }
    this.#index[i] = this.size + 1;
    return this.size++;
  }

  #grow(): void {
    const words = new Int32Array(this.#index.length * SHARED_WORDS.length);
    words.set(this.words);
    this.words = words;
    this.#index = new Int32Array(this.#index.length * 2);
    const mask = this.#index.length - 1;
    for (let place = 0; place < this.size; place++) {
      let i = this.#hash(place * SHARED_WORDS.length) & mask;
      while (word(this.#index, i) !== 0) i = (i + 1) & mask;
      this.#index[i] = place + 1;
    }
  }

  #equals(a: number, b: number): boolean {
    for (let i = 0; i < SHARED_WORDS.length; i++) if (word(this.words, a + i) !== word(this.words, b + i)) return false;
    return true;
  }

  #hash(at: number): number {
    let hash = 0;
    for (let i = 0; i < SHARED_WORDS.length; i++) {
      hash = Math.imul(hash ^ word(this.words, at + i), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    return hash;
  }
}

/** Puts a program together at `to`: the words of {@link ProgramPlaces} at a place, and those that are a flow's own. */
export function joinProgram(
  shared: Int32Array,
  place: number,
  entropy: number,
  info: number,
  program: Int32Array,
  to: number,
): void {
  const from = place * SHARED_WORDS.length;
  for (let i = 0; i < SHARED_WORDS.length; i++) program[to + word(SHARED_WORDS, i)] = word(shared, from + i);
  program[to + ProgramWord.Entropy] = entropy;
  program[to + ProgramWord.Info] = info;
}

function word(words: Int32Array, i: number): number {
  return words[i] as number; // Unwrap: places, slots and indices are below the lengths that they were made for
}
