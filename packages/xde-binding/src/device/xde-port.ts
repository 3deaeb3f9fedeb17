// A port of the device: the VPC port, and what the device keeps about it.

import type { MacAddr, Vni } from "opte-api";
import type { Frame, Port } from "opte-core";
import type { VpcPort } from "oxide-vpc";
import type { LinkReceiver } from "../link/link.js";
import type { RouteCache } from "./route-cache.js";

/** A port and its surroundings. */
export class XdePort {
  readonly vpc: VpcPort;
  readonly vni: Vni;
  /** The guest's address. */
  readonly mac: MacAddr;
  /** The sled's address on the underlay, as the ports of this guest have it. */
  readonly physIp: Uint8Array;
  readonly routes: RouteCache;
  /** Frames of the current batch for the guest. */
  readonly arrivals: Frame[] = [];
  readonly #receivers: Set<LinkReceiver> = new Set();

  constructor(vpc: VpcPort, routes: RouteCache) {
    const { vni, physIp } = vpc.cfg;
    this.vpc = vpc;
    this.vni = vni;
    this.mac = vpc.mac;
    this.physIp = physIp.bytes;
    this.routes = routes;
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
  open(receiver: LinkReceiver): void {
    if (!this.isOpen) this.engine.start();
    this.#receivers.add(receiver);
  }

  /** With the last guest that closes it, all flows are forgotten (spec 05 §10.4). */
  close(receiver: LinkReceiver): void {
    if (this.#receivers.delete(receiver) && !this.isOpen) this.engine.reset();
  }

  /** Hands the frames of the batch to whoever has the port open. */
  deliver(): void {
    if (this.arrivals.length === 0) return;
    for (const receiver of this.#receivers) receiver(this.arrivals);
    this.arrivals.length = 0;
  }
}
