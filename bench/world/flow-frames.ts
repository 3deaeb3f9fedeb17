// Frames of numbered flows in one direction: flow 0, 1, 2… of the guest with its peers.

import type { Direction, IpAddr } from "opte-api";
import type { FrameRing } from "../harness/frame-ring.ts";
import { lastWord, PEERS } from "./addresses.ts";
import { type Family, FlowTemplate, type Protocol, type TemplateOptions } from "./flow-template.ts";

const FIRST_PORT = 1024;

export class FlowFrames {
  readonly dir: Direction;
  readonly family: Family;
  readonly protocol: Protocol;
  readonly template: FlowTemplate;

  readonly #firstPeer: number;
  readonly #guestPorts: Uint16Array | undefined;

  /** @param guestPorts the guest's port of each flow where NAT has chosen it */
  constructor(options: TemplateOptions, guestPorts?: Uint16Array) {
    this.dir = options.dir;
    this.family = options.family;
    this.protocol = options.protocol;
    this.template = new FlowTemplate(options);
    this.#firstPeer = lastWord(options.peer);
    this.#guestPorts = guestPorts;
  }

  /** Writes the headers of a flow's frame into a slot. */
  write(ring: FrameRing, slot: number, flow: number): void {
    const port = this.#guestPorts?.[flow] ?? guestPort(flow);
    this.template.write(ring.bytes, ring.at(slot), peerWord(this.#firstPeer, flow), port);
  }
}

/** The guest's own port of a flow. */
export function guestPort(flow: number): number {
  return FIRST_PORT + Math.floor(flow / PEERS);
}

/** The last 32 bits of a flow's peer. */
export function peerWord(firstPeer: number | IpAddr, flow: number): number {
  return (typeof firstPeer === "number" ? firstPeer : lastWord(firstPeer)) + (flow % PEERS);
}
