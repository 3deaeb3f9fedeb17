// Slots for a batch of frames in one buffer, as a driver's ring has them, with room in front for an encapsulation.

import type { FlowTemplate } from "../world/flow-template.ts";

/** Offset in a slot of the guest's Ethernet header: 4n + 2, so that the IP header stands on a word; as in floor.mjs. */
const HEADROOM = 130;

/** As in floor.mjs. */
const SHORT_SLOT = 256;

export class FrameRing {
  readonly frames: number;
  /** Bytes from one slot to the next. */
  readonly stride: number;
  /** Offset in a slot of the frame's first byte. */
  readonly offset: number;
  /** Length of each frame, in bytes. */
  readonly frameLen: number;
  readonly bytes: Uint8Array;
  /** The same buffer. */
  readonly words: Int32Array;

  constructor(template: FlowTemplate, frames: number) {
    this.frames = frames;
    this.frameLen = template.bytes.length;
    this.offset = HEADROOM - template.tunnelLen;
    const need = this.offset + this.frameLen;
    // Slots of long frames take whole cache lines, but no power of two, which would crowd a few sets of the cache
    this.stride = need <= SHORT_SLOT ? SHORT_SLOT : (Math.ceil(need / 64) | 1) * 64;
    const buffer = new ArrayBuffer(this.stride * frames);
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    // The bodies stay as they are; what is before them is written anew for every round
    for (let slot = 0; slot < frames; slot++) this.bytes.set(template.bytes, this.at(slot));
  }

  /** Offset of a slot's frame. */
  at(slot: number): number {
    return slot * this.stride + this.offset;
  }
}
