// Records of a fixed number of words in typed arrays: memory that neither the garbage collector nor growth has to move.
//
// The records lie in segments. The first segment grows by doubling, so that a small pool stays small; from then on a full pool gets one
// more segment, and no record is copied any more. A free record has the number of the next free one, plus one, in word 0.

const SEGMENT_BITS = 10;
const SEGMENT_RECORDS = 1 << SEGMENT_BITS;
const FIRST_RECORDS = 8;

/** Numbered records of unsigned 32-bit words. */
export class RecordPool {
  readonly #stride: number;
  readonly #segments: Uint32Array[];
  /** Records of the segments that have ever been in use. */
  #touched = 0;
  /** Plus one. */
  #freeHead = 0;
  #free = 0;

  /** @param stride words of a record */
  constructor(stride: number) {
    this.#stride = stride;
    this.#segments = [new Uint32Array(FIRST_RECORDS * stride)];
  }

  /** Number of records in use. */
  get size(): number {
    return this.#touched - this.#free;
  }

  /** @returns the number of a record whose words are 0 */
  allocate(): number {
    if (this.#freeHead === 0) return this.#extend();
    const record = this.#freeHead - 1;
    this.#freeHead = this.get(record, 0);
    this.#free--;
    const at = (record & (SEGMENT_RECORDS - 1)) * this.#stride;
    this.#segment(record).fill(0, at, at + this.#stride);
    return record;
  }

  /** Gives a record back; its number may be given to the next one. */
  free(record: number): void {
    this.set(record, 0, this.#freeHead);
    this.#freeHead = record + 1;
    this.#free++;
  }

  get(record: number, word: number): number {
    return this.#segment(record)[(record & (SEGMENT_RECORDS - 1)) * this.#stride + word] as number; // Unwrap: a record in use lies within its segment
  }

  set(record: number, word: number, value: number): void {
    this.#segment(record)[(record & (SEGMENT_RECORDS - 1)) * this.#stride + word] = value;
  }

  #extend(): number {
    const record = this.#touched;
    const number = record >>> SEGMENT_BITS;
    const segment = this.#segments[number];
    if (segment === undefined) {
      this.#segments.push(new Uint32Array(SEGMENT_RECORDS * this.#stride));
    } else if ((record & (SEGMENT_RECORDS - 1)) * this.#stride === segment.length) {
      const grown = new Uint32Array(segment.length * 2);
      grown.set(segment);
      this.#segments[number] = grown;
    }
    this.#touched++;
    return record;
  }

  #segment(record: number): Uint32Array {
    return this.#segments[record >>> SEGMENT_BITS] as Uint32Array; // Unwrap: a record in use has a segment
  }
}
