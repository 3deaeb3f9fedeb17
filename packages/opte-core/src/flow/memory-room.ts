// Memory for copies, got ready beforehand: what the system gives is only there once it has been written to, which takes several times
// as long as the copying.

/** Words between two pauses. */
const SLICE = 1 << 17;
/** More than is asked for, one in so many, as tables may grow until they are copied. */
const MARGIN = 16;

/** Arrays that copies go into. One without any ready gets memory as copies ask for it. */
export class MemoryRoom {
  readonly #ready: Int32Array<ArrayBuffer>[] = [];

  /** Gets arrays of these many words ready, with pauses between slices of the work. */
  static *of(sizes: readonly number[]): Generator<undefined, MemoryRoom> {
    const room = new MemoryRoom();
    for (const size of sizes) {
      const words = new Int32Array(size + Math.ceil(size / MARGIN));
      for (let from = 0; from < words.length; from += SLICE) {
        // Any value: the first write to a page makes the system find memory for it.
        words.fill(1, from, from + SLICE);
        yield;
      }
      room.#ready.push(words);
    }
    return room;
  }

  /** A copy of the first `length` words of an array. It begins where its memory does. */
  copy(source: Int32Array, length: number): Int32Array<ArrayBuffer> {
    let best = -1;
    for (const [i, { length: size }] of this.#ready.entries()) {
      if (size >= length && (best < 0 || size < (this.#ready[best]?.length ?? 0))) best = i;
    }
    const [found] = best < 0 ? [] : this.#ready.splice(best, 1);
    const copy = found === undefined ? new Int32Array(length) : found.subarray(0, length);
    copy.set(source.subarray(0, length));
    return copy;
  }
}
