// The ports of one shard, in its own thread: frames from the ring, commands from messages.

import { OpteError, type Direction } from "opte-api";
import { decodePostcard, encodePostcard, opteError, type Schema } from "opte-api/codec";
import { type Frame, MAX_FRAME_LEN, type Port, Verdict } from "opte-core";
import { type JsonObject, parsePortConfig, xdeCommand } from "oxide-vpc/api";
import { SLICE_MS, TICK_MS, Xde } from "../device/xde.js";
import { MemoryLink } from "../link/memory-link.js";
import { nodeClock } from "../provider/node-clock.js";
import type { FrameRing } from "./frame-ring.js";
import type { SharedStats } from "./shared-stats.js";

/** Frames between two looks at anything else. */
const BURST = 256;
/** Statistics are as old as that at most while packets pass. */
const PUBLISH_MS = 10;

/** What a command came to, as in an ioctl. */
export type CommandOutcome =
  { readonly kind: "done"; readonly body?: Uint8Array } | { readonly kind: "failed"; readonly error: Uint8Array };

/** A device whose frames come and go through a ring, not through links and guests. */
export class PortShard {
  readonly #ring: FrameRing;
  readonly #stats: SharedStats;
  readonly #xde: Xde;
  readonly #ports: (Port | undefined)[] = [];
  #nextTickMs = 0;
  /** When an expiry goes on that has flows left. */
  #nextSliceMs = Infinity;
  #nextPublishMs = 0;

  constructor(ring: FrameRing, stats: SharedStats) {
    const [link] = MemoryLink.pair("ring", "ring", { mtu: MAX_FRAME_LEN });
    this.#ring = ring;
    this.#stats = stats;
    this.#xde = new Xde({ providers: { clock: nodeClock, stats }, links: () => link });
    // Ports are made on an underlay; this one carries nothing
    void this.#xde.handlers.SetXdeUnderlay({ u1: "ring", u2: "ring" });
  }

  /** The device. */
  get xde(): Xde {
    return this.#xde;
  }

  /** Makes a port with its routes and rules, but without its mappings, and starts it. @throws OpteError as `Xde.createPort` */
  open(index: number, config: JsonObject): void {
    const { routes, firewallRules, ...settings } = parsePortConfig(config);
    const vpc = this.#xde.createPort(settings);
    for (const route of routes) vpc.addRouterEntry(route);
    vpc.setFirewallRules(firewallRules);
    vpc.port.start();
    this.#ports[index] = vpc.port;
  }

  /** Processes frames, at most a burst, and does what is due. @returns how many there were */
  run(): number {
    const count = this.#ring.process(this.#process, BURST);
    const nowMs = nodeClock.nowMs();
    if (nowMs >= this.#nextTickMs) {
      this.#nextTickMs = nowMs + TICK_MS;
      this.#nextSliceMs = this.#xde.tick() ? nowMs + SLICE_MS : Infinity;
    } else if (nowMs >= this.#nextSliceMs) {
      this.#nextSliceMs = this.#xde.expireSome() ? nowMs + SLICE_MS : Infinity;
    }
    if (count === 0 || nowMs >= this.#nextPublishMs) {
      this.#nextPublishMs = nowMs + PUBLISH_MS;
      this.#stats.publish();
    }
    return count;
  }

  async command(number: number, body: Uint8Array | undefined): Promise<CommandOutcome> {
    try {
      const command = xdeCommand(number);
      const handler =
        command === undefined ? undefined : Object.entries(this.#xde.handlers).find(([name]) => name === command.cmd);
      if (command === undefined || handler === undefined) {
        return failed(new OpteError({ kind: "DeserCmdErr", msg: `command ${number} is not known here` }));
      }
      // Unwrap: the handler of a command takes what its request schema reads
      const handle = handler[1] as (request: unknown) => unknown;
      const request =
        command.request === undefined || body === undefined
          ? undefined
          : decodePostcard<unknown>(command.request, body);
      const response = await handle(request);
      // Unwrap: a handler answers with what its command's response schema writes
      return { kind: "done", body: encodePostcard(command.response as Schema<unknown>, response) };
    } catch (error) {
      return failed(error);
    }
  }

  readonly #process = (index: number, dir: Direction, frame: Frame): Verdict => {
    const port = this.#ports[index];
    if (port === undefined) return Verdict.Error;
    const verdict = port.process(dir, frame);
    if (verdict !== Verdict.Hairpin) return verdict;
    return this.#answer(frame, port.result.hairpin) ? verdict : Verdict.Drop;
  };

  /** Puts an answer in the place of its cause. @returns whether there is room for it */
  #answer(frame: Frame, reply: Frame): boolean {
    const { slotLen } = this.#ring;
    const slotEnd = frame.start - (frame.start % slotLen) + slotLen;
    if (frame.start + reply.length > slotEnd) return false;
    frame.bytes.set(reply.view(), frame.start);
    frame.end = frame.start + reply.length;
    return true;
  }
}

/** What a command failed with. */
export function failed(error: unknown): CommandOutcome {
  const known = error instanceof OpteError ? error : new OpteError({ kind: "DeserCmdReq", msg: String(error) });
  return { kind: "failed", error: encodePostcard(opteError, known) };
}
