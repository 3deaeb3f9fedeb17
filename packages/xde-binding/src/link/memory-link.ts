// A link within the process: what goes in at one end comes out at the other.

import type { MacAddr } from "opte-api";
import { Frame } from "opte-core";
import type { FrameReceiver, Link } from "./link.js";
import { linkMac } from "./link-mac.js";

/** What both ends of a link have in common. */
export interface MemoryLinkOptions {
  /** Longest packet behind the Ethernet header, in bytes; by default 9000. */
  readonly mtu?: number;
  /** Runs what delivers the frames that wait, once and later; by default a microtask. Whoever has virtual time runs it then. */
  readonly schedule?: (deliver: () => void) => void;
}

const DEFAULT_MTU = 9000;

/**
 * One end of a link. Frames keep their order and none is lost; they never arrive during `send`, so that two devices cannot call each other
 * without end.
 */
export class MemoryLink implements Link {
  readonly name: string;
  readonly mac: MacAddr;
  readonly routerMac: MacAddr;
  readonly mtu: number;
  readonly #schedule: (deliver: () => void) => void;
  #peer: MemoryLink | undefined;
  #receiver: FrameReceiver | undefined;
  /** Copies of frames on their way to this end. */
  #waiting: Frame[] = [];

  private constructor(name: string, mac: MacAddr, routerMac: MacAddr, options: MemoryLinkOptions) {
    this.name = name;
    this.mac = mac;
    this.routerMac = routerMac;
    this.mtu = options.mtu ?? DEFAULT_MTU;
    this.#schedule = options.schedule ?? queueMicrotask;
  }

  /** Both ends of a new link. Their MAC addresses are locally administered, and the same for the same names. */
  static pair(a: string, b: string, options: MemoryLinkOptions = {}): readonly [MemoryLink, MemoryLink] {
    const [macA, macB] = [linkMac(a, 0), linkMac(b, 1)];
    const first = new MemoryLink(a, macA, macB, options);
    const second = new MemoryLink(b, macB, macA, options);
    first.#peer = second;
    second.#peer = first;
    return [first, second];
  }

  send(batch: readonly Frame[]): void {
    const peer = this.#peer;
    if (peer !== undefined) peer.#take(batch);
  }

  onReceive(receiver: FrameReceiver | undefined): void {
    this.#receiver = receiver;
  }

  #take(batch: readonly Frame[]): void {
    const isScheduled = this.#waiting.length > 0;
    for (const frame of batch) this.#waiting.push(Frame.ofUnderlay(frame.view()));
    if (!isScheduled && this.#waiting.length > 0) {
      this.#schedule(() => {
        this.#deliver();
      });
    }
  }

  #deliver(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#receiver?.(batch);
  }
}
