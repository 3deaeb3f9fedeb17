// Flows of a port: begun as guests and peers begin them, then steady frames of them in either direction.

import type { Direction, IpAddr } from "opte-api";
import { Frame, Verdict, VERDICT_NAMES } from "opte-core";
import { FrameRing } from "../harness/frame-ring.ts";
import { ADDRESSES } from "./addresses.ts";
import { FlowFrames } from "./flow-frames.ts";
import type { Family, Protocol } from "./flow-template.ts";
import type { VpcWorld } from "./vpc-world.ts";

const SYN = 0x02;
const ACK = 0x10;

export interface TrafficOptions {
  readonly family: Family;
  readonly protocol: Protocol;
}

/** One frame that is written and sent, again and again. */
interface Sender {
  readonly frames: FlowFrames;
  readonly ring: FrameRing;
}

/** The flows of one kind through one port, numbered from 0. */
export class Traffic {
  readonly world: VpcWorld;
  readonly family: Family;
  readonly protocol: Protocol;
  /** The guest's address as its peers see it. */
  readonly outerGuest: IpAddr;

  /** Ports that source NAT has chosen, a flow. */
  readonly #natPorts: Uint16Array | undefined;
  readonly #frame: Frame = Frame.allocate(0);
  readonly #first: Sender;
  readonly #answer: Sender;
  readonly #established: Sender | undefined;

  /** @param flows most flows that there will be */
  constructor(world: VpcWorld, { family, protocol }: TrafficOptions, flows: number) {
    this.world = world;
    this.family = family;
    this.protocol = protocol;
    const { guest, snat, floating } = ADDRESSES[family];
    this.outerGuest = { none: guest, snat, floating }[world.nat];
    this.#natPorts = world.nat === "snat" ? new Uint16Array(flows) : undefined;
    this.#first = this.#sender("out", { flags: SYN, seq: 1 });
    this.#answer = this.#sender("in", { flags: SYN | ACK, seq: 1, ack: 2 });
    this.#established = protocol === "tcp" ? this.#sender("out", { flags: ACK, seq: 2, ack: 2 }) : undefined;
  }

  /** Begins the flows `from` to `to` - 1: both directions have their unified entry then, and TCP is established. */
  begin(from: number, to: number): void {
    for (let flow = from; flow < to; flow++) {
      this.#send(this.#first, flow);
      if (this.#natPorts !== undefined) this.#natPorts[flow] = this.#sentPort();
      this.#send(this.#answer, flow);
      if (this.#established !== undefined) this.#send(this.#established, flow);
    }
  }

  /** Begins flows with the first packet alone. */
  beginOneWay(from: number, to: number): void {
    for (let flow = from; flow < to; flow++) this.#send(this.#first, flow);
  }

  /** The frames that begin flows. */
  firstFrames(bodyLen = 0): FlowFrames {
    return this.#frames("out", { flags: SYN, seq: 1 }, bodyLen);
  }

  /** Frames of flows that have begun. */
  steadyFrames(dir: Direction, bodyLen: number): FlowFrames {
    return this.#frames(dir, { flags: ACK, seq: 2, ack: 2 }, bodyLen);
  }

  #frames(dir: Direction, tcp: { flags?: number; seq?: number; ack?: number }, bodyLen: number): FlowFrames {
    const { family, protocol, world } = this;
    const { guest, inside, outside } = ADDRESSES[family];
    const options = {
      dir,
      family,
      protocol,
      bodyLen,
      ...tcp,
      guest: dir === "out" ? guest : this.outerGuest,
      peer: world.nat === "none" ? inside : outside,
      isExternal: world.nat !== "none",
    };
    return new FlowFrames(options, dir === "in" ? this.#natPorts : undefined);
  }

  #sender(dir: Direction, tcp: { flags?: number; seq?: number; ack?: number }): Sender {
    const frames = this.#frames(dir, tcp, 0);
    return { frames, ring: new FrameRing(frames.template, 1) };
  }

  #send({ frames, ring }: Sender, flow: number): void {
    frames.write(ring, 0, flow);
    const frame = this.#frame;
    frame.bytes = ring.bytes;
    frame.start = ring.at(0);
    frame.end = frame.start + ring.frameLen;
    const verdict = this.world.port.process(frames.dir, frame);
    if (verdict !== Verdict.Modified) {
      throw new Error(`Flow ${flow} was not let ${frames.dir}: ${VERDICT_NAMES[verdict] ?? ""} ${this.#why()}`);
    }
  }

  #why(): string {
    const { reason, layer, error } = this.world.port.result;
    return `${reason} ${layer} ${JSON.stringify(error ?? {})}`;
  }

  /** The guest's port, or echo id, in the frame that has just gone out. */
  #sentPort(): number {
    const { bytes, start } = this.#frame;
    const at = start + 70 + 14 + (this.family === 4 ? 20 : 40) + (this.protocol === "icmp" ? 4 : 0);
    return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
}
