// Frames on their way to a port of another thread and back, in shared memory: one ring for each pair of threads.
//
//   …│ taken │ processed, to be taken │ offered, to be processed │ free …
//            consumed                 processed                  produced      (counts that only grow, modulo 2^32)
//
// A frame stays in its slot all the way: one thread offers it, the other processes it in place, the first takes the result and only then
// reuses the slot. Each count has one writer; it is stored after the slots that it speaks of, and read before them, with Atomics.

import type { Direction } from "opte-api";
import { Frame, MIN_HEADROOM, type Verdict } from "opte-core";

const MAGIC = 0x0f7e51a6;
/** Words of the head; counts lie on cache lines of their own. */
const Head = { Magic: 0, Frames: 1, SlotLen: 2, Produced: 16, Processed: 32, Consumed: 48, Words: 64 } as const;
/** Words of a slot's record. */
const Slot = { Port: 0, Dir: 1, Start: 2, End: 3, Verdict: 4, Words: 8 } as const;

/** A guest's frame begins at 4n + 2, one from the underlay at 4n, so that the guest's IP header stands on a word. */
const GUEST_START = (MIN_HEADROOM & ~3) + 2;
const TUNNEL_START = MIN_HEADROOM & ~3;
const CACHE_LINE = 64;

/** Takes what became of a frame. `frame` is lent: it is valid until the call returns. */
export type ResultReceiver = (port: number, dir: Direction, verdict: Verdict, frame: Frame) => void;

/** What a shard makes of a frame: rewrites it in place, or puts another one in its place. */
export type FrameProcessor = (port: number, dir: Direction, frame: Frame) => Verdict;

/** A ring, seen from one thread. One thread calls {@link offer} and {@link take}, the other {@link process}. */
export class FrameRing {
  /** To be handed to the other thread. */
  readonly memory: SharedArrayBuffer;
  /** Slots. */
  readonly frames: number;
  /** The slots' bytes. */
  readonly bytes: Uint8Array;
  /** Bytes of a slot, headroom included. */
  readonly slotLen: number;
  readonly #head: Int32Array;
  readonly #slots: Int32Array;
  readonly #frame: Frame;

  /** A ring over memory that {@link allocate} made. @throws RangeError if the memory is no ring */
  constructor(memory: SharedArrayBuffer) {
    const head = new Int32Array(memory, 0, Head.Words);
    const frames = at(head, Head.Frames);
    const slotLen = at(head, Head.SlotLen);
    if (at(head, Head.Magic) !== MAGIC || memory.byteLength !== memoryLen(frames, slotLen)) {
      throw new RangeError(`Cannot open a frame ring: ${memory.byteLength} bytes of memory hold none`);
    }
    const records = Head.Words * 4;
    this.memory = memory;
    this.frames = frames;
    this.slotLen = slotLen;
    this.#head = head;
    this.#slots = new Int32Array(memory, records, frames * Slot.Words);
    this.bytes = new Uint8Array(memory, records + frames * Slot.Words * 4);
    this.#frame = new Frame(this.bytes, 0, 0);
  }

  /**
   * A new ring, empty.
   *
   * @param frames slots, a power of two
   * @param frameLen longest frame that can be offered, in bytes
   */
  static allocate(frames: number, frameLen: number): FrameRing {
    if (frames < 2 || (frames & (frames - 1)) !== 0) {
      throw new RangeError(`Cannot make a frame ring: ${frames} slots are no power of two`);
    }
    // An odd number of cache lines: slots a power of two apart would crowd a few sets of the cache
    const slotLen = (Math.ceil((GUEST_START + frameLen) / CACHE_LINE) | 1) * CACHE_LINE;
    const memory = new SharedArrayBuffer(memoryLen(frames, slotLen));
    new Int32Array(memory).set([MAGIC, frames, slotLen]);
    return new FrameRing(memory);
  }

  /** Frames that have been offered and not yet taken. */
  get size(): number {
    return (Atomics.load(this.#head, Head.Produced) - Atomics.load(this.#head, Head.Consumed)) | 0;
  }

  /** Frames that wait to be processed. */
  get waiting(): number {
    return (Atomics.load(this.#head, Head.Produced) - at(this.#head, Head.Processed)) | 0;
  }

  /** Copies a frame into the ring. @returns whether there was room: for one more frame, and for one of that length */
  offer(port: number, dir: Direction, frame: Uint8Array): boolean {
    const start = dir === "out" ? GUEST_START : TUNNEL_START;
    const produced = at(this.#head, Head.Produced);
    const used = (produced - at(this.#head, Head.Consumed)) | 0;
    if (used >= this.frames || start + frame.length > this.slotLen) return false;
    const slot = produced & (this.frames - 1);
    const from = slot * this.slotLen + start;
    this.bytes.set(frame, from);
    const record = slot * Slot.Words;
    this.#slots[record + Slot.Port] = port;
    this.#slots[record + Slot.Dir] = dir === "out" ? 1 : 0;
    this.#slots[record + Slot.Start] = from;
    this.#slots[record + Slot.End] = from + frame.length;
    Atomics.store(this.#head, Head.Produced, (produced + 1) | 0);
    return true;
  }

  /** Processes at most `most` of the frames that wait. @returns how many there were */
  process(processor: FrameProcessor, most: number): number {
    const processed = at(this.#head, Head.Processed);
    const count = Math.min(this.waiting, most);
    const frame = this.#frame;
    const slots = this.#slots;
    for (let i = 0; i < count; i++) {
      const slot = (processed + i) & (this.frames - 1);
      const record = slot * Slot.Words;
      frame.start = at(slots, record + Slot.Start);
      frame.end = at(slots, record + Slot.End);
      const dir = at(slots, record + Slot.Dir) === 1 ? "out" : "in";
      slots[record + Slot.Verdict] = processor(at(slots, record + Slot.Port), dir, frame);
      slots[record + Slot.Start] = frame.start;
      slots[record + Slot.End] = frame.end;
    }
    Atomics.store(this.#head, Head.Processed, (processed + count) | 0);
    return count;
  }

  /** Hands over every frame that has been processed, in the order in which they were offered. @returns how many */
  take(receiver: ResultReceiver): number {
    const consumed = at(this.#head, Head.Consumed);
    const count = (Atomics.load(this.#head, Head.Processed) - consumed) | 0;
    const frame = this.#frame;
    const slots = this.#slots;
    for (let i = 0; i < count; i++) {
      const record = ((consumed + i) & (this.frames - 1)) * Slot.Words;
      frame.start = at(slots, record + Slot.Start);
      frame.end = at(slots, record + Slot.End);
      const dir = at(slots, record + Slot.Dir) === 1 ? "out" : "in";
      // Unwrap: the processor wrote a verdict
      receiver(at(slots, record + Slot.Port), dir, at(slots, record + Slot.Verdict) as Verdict, frame);
      Atomics.store(this.#head, Head.Consumed, (consumed + i + 1) | 0);
    }
    return count;
  }
}

function memoryLen(frames: number, slotLen: number): number {
  return (Head.Words + frames * Slot.Words) * 4 + frames * slotLen;
}

function at(words: Int32Array, i: number): number {
  return words[i] as number; // Unwrap: the constants and masked slots lie within the ring
}
