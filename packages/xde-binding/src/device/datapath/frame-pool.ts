// Frames for the copies that a batch needs, used again by the next batch.

import { Frame } from "opte-core";

/** Most frames kept from one batch for the next. */
const MAX_KEPT = 1024;

/** Lends frames until {@link releaseAll}. */
export class FramePool {
  readonly #frames: Frame[] = [];
  #lent = 0;

  /** A copy of a frame, at the same place in its buffer, so that it has the same headroom and alignment. */
  copy({ bytes, start, end }: Frame): Frame {
    const frame = this.take(start, end);
    frame.bytes.set(bytes.subarray(start, end), start);
    return frame;
  }

  /** A frame with these bounds and unspecified content. */
  take(start: number, end: number): Frame {
    const frame = this.#frames[this.#lent] ?? new Frame(new Uint8Array(0), 0, 0);
    this.#frames[this.#lent++] = frame;
    if (frame.bytes.length < end) frame.bytes = new Uint8Array(end);
    frame.start = start;
    frame.end = end;
    return frame;
  }

  /** Takes all frames back. */
  releaseAll(): void {
    this.#lent = 0;
    if (this.#frames.length > MAX_KEPT) this.#frames.length = MAX_KEPT;
  }
}
