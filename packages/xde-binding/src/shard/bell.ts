// Wakes a thread that sleeps until there is something to do.

const RINGS = 0;
const IS_ASLEEP = 1;

export class Bell {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  }

  /** Wakes the other thread if it sleeps, or keeps it from going to sleep. */
  ring(): void {
    Atomics.add(this.#words, RINGS, 1);
    if (Atomics.load(this.#words, IS_ASLEEP) === 1) Atomics.notify(this.#words, RINGS);
  }

  /** How often it has rung; to be asked before one looks for work. */
  get rings(): number {
    return Atomics.load(this.#words, RINGS);
  }

  /** Sleeps until it rings, at most for `ms`; not at all if it has rung since it had rung `since` times. */
  sleep(since: number, ms: number): void {
    Atomics.store(this.#words, IS_ASLEEP, 1);
    Atomics.wait(this.#words, RINGS, since, ms);
    Atomics.store(this.#words, IS_ASLEEP, 0);
  }
}
