// A port of the device: the VPC port, and what the device keeps about it.

import type { MacAddr, Vni } from "opte-api";
import type { Frame, LogProvider, Port } from "opte-core";
import type { VpcPort } from "oxide-vpc";
import type { FrameReceiver } from "../link/link.js";
import type { RouteCache } from "./route-cache.js";
import type { Underlay } from "./underlay.js";

/** A port and its surroundings. */
export class XdePort {
  readonly vpc: VpcPort;
  readonly vni: Vni;
  /** The guest's address. */
  readonly mac: MacAddr;
  /** The sled's address on the underlay. */
  readonly physIp: Uint8Array;
  readonly routes: RouteCache;
  readonly underlay: Underlay;
  /** Frames of the current batch for the guest. */
  readonly arrivals: Frame[] = [];
  readonly #log: LogProvider;
  readonly #receivers: Set<FrameReceiver> = new Set();

  constructor(vpc: VpcPort, routes: RouteCache, underlay: Underlay, log: LogProvider) {
    const { vni, physIp } = vpc.cfg;
    this.vpc = vpc;
    this.vni = vni;
    this.mac = vpc.mac;
    this.physIp = physIp.bytes;
    this.routes = routes;
    this.underlay = underlay;
    this.#log = log;
  }

  get name(): string {
    return this.vpc.name;
  }

  /** The engine's port. */
  get engine(): Port {
    return this.vpc.port;
  }

  /** Whether a guest has it open. */
  get isOpen(): boolean {
    return this.#receivers.size > 0;
  }

  /** Opens it for one more guest. With the first, it starts to run. @param receiver not yet attached */
  open(receiver: FrameReceiver): void {
    if (!this.isOpen) this.engine.start();
    this.#receivers.add(receiver);
  }

  /** With the last guest that closes it, all flows are forgotten (spec 05 §10.4). */
  close(receiver: FrameReceiver): void {
    if (this.#receivers.delete(receiver) && !this.isOpen) this.engine.reset();
  }

  /** Hands frames to whoever has the port open. */
  receive(frames: readonly Frame[]): void {
    if (frames.length === 0) return;
    for (const receiver of this.#receivers) {
      try {
        receiver(frames);
      } catch (error) {
        // One guest's fault must not cost others their frames.
        this.#log.log("error", `Receiver of port ${this.name} failed: ${String(error)}`);
      }
    }
  }
}
