// A guest's end of a port.

import type { Frame } from "opte-core";
import type { FrameReceiver } from "../link/link.js";
import type { Datapath } from "./datapath/datapath.js";
import type { XdePort } from "./xde-port.js";

/** A port that a guest has open. Made by `Xde.attach`. */
export class GuestPort {
  readonly #port: XdePort;
  readonly #datapath: Datapath;
  readonly #receiver: FrameReceiver;
  #isOpen = true;

  constructor(port: XdePort, datapath: Datapath, receiver: FrameReceiver) {
    this.#port = port;
    this.#datapath = datapath;
    // Opened twice with one receiver, a port is open twice.
    this.#receiver = (batch): void => {
      receiver(batch);
    };
    port.open(this.#receiver);
  }

  /** The port's name. */
  get name(): string {
    return this.#port.name;
  }

  /**
   * Sends frames to the network, in their order. They are lent and rewritten: afterwards they hold whatever they were made into. They need
   * headroom, as `Frame.ofGuest` and `Frame.allocate` give them. What a closed port sends is lost. Does not throw.
   */
  send(frames: readonly Frame[]): void {
    if (this.#isOpen) this.#datapath.transmit(this.#port, frames);
  }

  /** Closes it; idempotent. */
  close(): void {
    this.#isOpen = false;
    this.#port.close(this.#receiver);
  }
}
