// A device with one port full of flows, a client of it in another thread, and packets that take turns with the client's commands.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Frame, MAX_FRAME_LEN, type Port, Verdict } from "opte-core";
import {
  extensionHandlers,
  MemoryLink,
  nodeClock,
  snapshotHandlers,
  StatsRegistry,
  TraceHub,
  UnixSocketServer,
  Xde,
  XdeEntryPoint,
} from "xde-binding";
import type { DeviceClientStart, DeviceQuestion } from "../device-client.ts";
import { FrameRing } from "../harness/frame-ring.ts";
import type { FlowFrames } from "./flow-frames.ts";
import { Traffic } from "./traffic.ts";
import { VpcWorld } from "./vpc-world.ts";

/** Packets of a turn. */
const BURST = 32;

/** What a client's question did to packets. */
export interface Answered {
  /** Entries or bytes of the answer. */
  readonly count: number;
  /** The longest time that the device's thread worked between two turns of packets, in ms. */
  readonly longestStopMs: number;
  /** The time that the thread worked in all, packets included, in ms. */
  readonly cpuMs: number;
}

export class DeviceWorld {
  readonly #flows: number;
  readonly #port: Port;
  readonly #frames: FlowFrames;
  readonly #ring: FrameRing;
  readonly #frame: Frame = Frame.allocate(0);
  readonly #server: UnixSocketServer;
  readonly #client: Worker;
  readonly #folder: string;
  #next = 0;

  private constructor(
    flows: number,
    port: Port,
    frames: FlowFrames,
    server: UnixSocketServer,
    client: Worker,
    folder: string,
  ) {
    this.#flows = flows;
    this.#port = port;
    this.#frames = frames;
    this.#ring = new FrameRing(frames.template, 1);
    this.#server = server;
    this.#client = client;
    this.#folder = folder;
  }

  /** @param flows TCP flows, with entries in both directions */
  static async open(flows: number): Promise<DeviceWorld> {
    const world = new VpcWorld();
    const traffic = new Traffic(world, { family: 4, protocol: "tcp" }, flows);
    traffic.begin(0, flows);
    const [link] = MemoryLink.pair("u", "v", { mtu: MAX_FRAME_LEN });
    const stats = new StatsRegistry();
    const trace = new TraceHub(nodeClock);
    const xde = new Xde({ providers: { clock: nodeClock, stats }, links: () => link });
    void xde.handlers.SetXdeUnderlay({ u1: "u1", u2: "u1" });
    const { port, name } = xde.restorePort(world.vpc.snapshot());
    port.start();
    const handlers = {
      ...xde.handlers,
      ...extensionHandlers({ xde, stats, trace }),
      ...snapshotHandlers(xde, () => undefined),
    };
    const folder = mkdtempSync(join(tmpdir(), "opte-bench-"));
    const path = join(folder, "xde.sock");
    const server = await UnixSocketServer.listen(new XdeEntryPoint(handlers), { path, rights: "configure" });
    const start: DeviceClientStart = { path, portName: name };
    const client = new Worker(new URL("../device-client.ts", import.meta.url), { workerData: start });
    await once(client, "message");
    return new DeviceWorld(flows, port, traffic.steadyFrames("out", 0), server, client, folder);
  }

  /** Lets the client ask, and packets have their turn until it has its answer. */
  async ask(question: DeviceQuestion): Promise<Answered> {
    let count: number | undefined;
    const answered = once(this.#client, "message").then(([value]) => (count = Number(value)));
    this.#client.postMessage(question);
    const begin = cpuMs();
    let lastCpu = begin;
    let last = performance.now();
    let longestStopMs = 0;
    while (count === undefined) {
      this.#sendBurst();
      await nextTurn();
      const [nowCpu, now] = [cpuMs(), performance.now()];
      // The clock of threads ticks in milliseconds, the other one goes on while other programs have the core: the thread worked for neither
      // longer than the one nor than the other says
      longestStopMs = Math.max(longestStopMs, Math.min(now - last, nowCpu - lastCpu));
      [lastCpu, last] = [nowCpu, now];
    }
    await answered;
    return { count, longestStopMs, cpuMs: lastCpu - begin };
  }

  async close(): Promise<void> {
    await this.#client.terminate();
    await this.#server.close();
    rmSync(this.#folder, { recursive: true });
  }

  #sendBurst(): void {
    const frame = this.#frame;
    for (let i = 0; i < BURST; i++) {
      this.#frames.write(this.#ring, 0, this.#next);
      this.#next = (this.#next + 7919) % this.#flows;
      frame.bytes = this.#ring.bytes;
      frame.start = this.#ring.at(0);
      frame.end = frame.start + this.#ring.frameLen;
      if (this.#port.process("out", frame) !== Verdict.Modified) throw new Error("A packet was not let out");
    }
  }
}

/** Time of this thread on a core: what else the machine does is not in it. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
