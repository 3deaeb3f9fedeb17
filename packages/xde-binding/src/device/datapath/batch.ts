// What becomes of a batch of frames: who gets which, once all of them are processed (spec 05 §11).

import type { Frame } from "opte-core";
import { comparePlaces } from "../port-map.js";
import type { Underlay, UnderlaySlot } from "../underlay.js";
import type { XdePort } from "../xde-port.js";
import { FramePool } from "./frame-pool.js";

/** Collects frames by destination, in their order. One instance serves all batches. */
export class Batch {
  /** Copies that live until the batch is delivered. */
  readonly pool: FramePool = new FramePool();
  readonly #guests: XdePort[] = [];
  readonly #replies: Frame[] = [];
  readonly #outgoing: Readonly<Record<UnderlaySlot, Frame[]>> = { u1: [], u2: [] };

  /** For a guest of this sled. */
  toGuest(port: XdePort, frame: Frame): void {
    if (port.arrivals.length === 0) this.#guests.push(port);
    port.arrivals.push(frame);
  }

  /** For another sled. */
  toUnderlay(slot: UnderlaySlot, frame: Frame): void {
    this.#outgoing[slot].push(frame);
  }

  /** An answer, to go back to where its cause came from. @param frame the port's, so it is copied */
  reply(frame: Frame): void {
    this.#replies.push(this.pool.copy(frame));
  }

  /** Answers, to go back to where the batch came from. */
  get replies(): readonly Frame[] {
    return this.#replies;
  }

  /** Hands guests their frames, in the order of their ports. */
  deliver(): void {
    for (const port of this.#guests.sort(comparePlaces)) port.receive(port.arrivals);
  }

  /** Sends what is for other sleds. */
  send({ u1, u2 }: Underlay): void {
    if (this.#outgoing.u1.length > 0) u1.send(this.#outgoing.u1);
    if (this.#outgoing.u2.length > 0) u2.send(this.#outgoing.u2);
  }

  /** Forgets everything; the frames of the pool are free again. */
  clear(): void {
    for (const port of this.#guests) port.arrivals.length = 0;
    this.#guests.length = 0;
    this.#replies.length = 0;
    this.#outgoing.u1.length = 0;
    this.#outgoing.u2.length = 0;
    this.pool.releaseAll();
  }
}
