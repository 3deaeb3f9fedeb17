// The way of frames through the device, batch by batch.

import { Frame } from "opte-core";
import type { Link } from "../../link/link.js";
import type { Sled } from "../sled.js";
import type { XdePort } from "../xde-port.js";
import type { XdeProbes } from "../xde-probes.js";
import { Batch } from "./batch.js";
import { LocalDelivery } from "./local-delivery.js";
import { MulticastReceive } from "./multicast-receive.js";
import { MulticastTransmit } from "./multicast-transmit.js";
import { Receive } from "./receive.js";
import { Transmit } from "./transmit.js";

/** A port whose guest sends, or a link on which frames come in. */
type Origin = { readonly port: XdePort } | { readonly link: Link };

/**
 * Processes one batch after the other. Guests may send while they are being delivered to, and links may deliver while they are being sent
 * to: what comes in meanwhile is copied and has its turn when the batch is done, so that nothing is ever processed in the middle of
 * something else.
 */
export class Datapath {
  readonly #batch: Batch = new Batch();
  readonly #probes: XdeProbes;
  readonly #transmit: Transmit;
  readonly #receive: Receive;
  readonly #waiting: { readonly origin: Origin; readonly frames: readonly Frame[] }[] = [];
  #isBusy = false;

  constructor(sled: Sled) {
    this.#probes = sled.probes;
    const local = new LocalDelivery(sled, this.#batch);
    this.#transmit = new Transmit(sled, this.#batch, local, new MulticastTransmit(sled, this.#batch, local));
    this.#receive = new Receive(sled, this.#batch, new MulticastReceive(sled, this.#batch));
  }

  /** Frames of a guest. Does not throw. */
  transmit(port: XdePort, frames: readonly Frame[]): void {
    this.#take({ port }, frames);
  }

  /** Frames from the underlay. Does not throw. */
  receive(link: Link, frames: readonly Frame[]): void {
    this.#take({ link }, frames);
  }

  #take(origin: Origin, frames: readonly Frame[]): void {
    if (this.#isBusy) {
      this.#waiting.push({ origin, frames: frames.map(copyOf) });
      return;
    }
    this.#isBusy = true;
    try {
      this.#process(origin, frames);
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#process(next.origin, next.frames);
      }
    } finally {
      // A link that breaks its word and throws costs its batch, not the device.
      this.#batch.clear();
      this.#isBusy = false;
    }
  }

  #process(origin: Origin, frames: readonly Frame[]): void {
    const batch = this.#batch;
    const probes = this.#probes;
    if ("port" in origin) {
      const { port } = origin;
      probes.transmitEntry?.(port.name);
      for (const frame of frames) this.#transmit.transmit(port, frame);
      batch.deliver();
      port.receive(batch.replies);
      batch.send(port.underlay);
      probes.transmitReturn?.(port.name);
    } else {
      const { link } = origin;
      probes.receiveEntry?.(link.name);
      for (const frame of frames) this.#receive.receive(link, frame);
      batch.deliver();
      if (batch.replies.length > 0) link.send(batch.replies);
      probes.receiveReturn?.(link.name);
    }
    batch.clear();
  }
}

function copyOf({ bytes, start, end }: Frame): Frame {
  return new Frame(bytes.slice(0, end), start, end);
}
