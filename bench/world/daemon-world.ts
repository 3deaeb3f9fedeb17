// xded with a port full of flows, that keeps them when it is stopped.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parsePortConfig, portConfigJson } from "oxide-vpc/api";
import { UnixSocketTransport, XdeClient } from "xde-binding";
import { FrameRing } from "../harness/frame-ring.ts";
import { ADDRESSES, lastWord, PEER_MAC, PEER_PHYS_IP, PEERS, VNI } from "./addresses.ts";
import { withLastWord } from "./flow-template.ts";
import { Traffic } from "./traffic.ts";
import { VpcWorld } from "./vpc-world.ts";

const XDED = fileURLToPath(new URL("../../packages/xde-binding/dist/xded.js", import.meta.url));
const PORT = "opte0";
/** Frames that are written to the guest's socket at once. */
const BURST = 1000;
/** Between two looks at how far the daemon is, in ms. */
const POLL_MS = 50;

/** How long a daemon took. */
export interface DaemonTimes {
  /** From the signal to the end of the process, in ms. */
  readonly stopMs: number;
  /** From the start of the process to its answering commands, with the flows, in ms. */
  readonly startMs: number;
}

/** Begins TCP flows of a guest, stops the daemon, and starts it again. */
export async function timesOfDaemon(flows: number): Promise<DaemonTimes> {
  const folder = mkdtempSync(join(tmpdir(), "opte-bench-"));
  try {
    const daemon = new Daemon(folder);
    await daemon.start();
    await daemon.beginFlows(flows);
    const stopMs = await daemon.stop();
    const startMs = await daemon.start();
    const kept = await daemon.flows();
    if (kept !== flows) throw new Error(`${kept} of ${flows} flows were kept`);
    await daemon.kill();
    return { stopMs, startMs };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class Daemon {
  readonly #socket: string;
  readonly #guest: string;
  readonly #arguments: readonly string[];
  #process: ChildProcess | undefined;

  constructor(folder: string) {
    this.#socket = join(folder, "xde.sock");
    this.#guest = join(folder, "guest.sock");
    const config = join(folder, "xded.json");
    const { vpc } = new VpcWorld({ name: PORT });
    const { inside } = ADDRESSES[4];
    const phys = { ether: PEER_MAC, ip: PEER_PHYS_IP, vni: VNI };
    const v2p = Array.from({ length: PEERS }, (_, i) => ({ vip: withLastWord(inside, lastWord(inside) + i), phys }));
    const { content: saved } = vpc.snapshot("rules");
    const written = parsePortConfig(saved["config"]);
    const port = portConfigJson({ ...written, v2p });
    const underlay = { bind: "udp:[::1]:0", peers: [] };
    const content = { state: folder, flows: "keep", underlay, guests: { [PORT]: this.#guest }, ports: [port] };
    writeFileSync(config, JSON.stringify(content));
    this.#arguments = [XDED, "--config", config, "--socket", this.#socket];
  }

  /** @returns how long it took, in ms */
  async start(): Promise<number> {
    const begin = performance.now();
    const daemon = spawn(process.execPath, this.#arguments, { stdio: ["ignore", "ignore", "pipe"] });
    this.#process = daemon;
    const log: string[] = [];
    for await (const line of createInterface(daemon.stderr)) {
      log.push(line);
      if (line.includes('"msg":"ready"')) break;
    }
    if (!log.at(-1)?.includes("ready")) throw new Error(`xded did not start: ${log.join("\n")}`);
    daemon.stderr.resume();
    return performance.now() - begin;
  }

  /** @returns how long it took, in ms */
  async stop(): Promise<number> {
    const begin = performance.now();
    const ended = once(this.#running, "exit");
    this.#running.kill("SIGTERM");
    await ended;
    return performance.now() - begin;
  }

  async kill(): Promise<void> {
    const ended = once(this.#running, "exit");
    this.#running.kill("SIGKILL");
    await ended;
  }

  /** Sends the first frame of each flow, as a guest that stays connected. */
  async beginFlows(flows: number): Promise<void> {
    const frames = new Traffic(new VpcWorld(), { family: 4, protocol: "tcp" }, 0).firstFrames();
    const ring = new FrameRing(frames.template, 1);
    const guest = connect(this.#guest);
    guest.on("error", () => undefined);
    guest.resume();
    await once(guest, "connect");
    for (let from = 0; from < flows; from += BURST) {
      const pieces: Buffer[] = [];
      for (let flow = from; flow < Math.min(flows, from + BURST); flow++) {
        frames.write(ring, 0, flow);
        const head = Buffer.alloc(4);
        head.writeUInt32BE(ring.frameLen);
        pieces.push(head, Buffer.from(ring.bytes.subarray(ring.at(0), ring.at(0) + ring.frameLen)));
      }
      if (!guest.write(Buffer.concat(pieces))) await once(guest, "drain");
    }
    while ((await this.flows()) < flows) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }

  /** Outbound unified entries of the port. */
  async flows(): Promise<number> {
    const client = new XdeClient(new UnixSocketTransport(this.#socket));
    const { numFlows } = await client.call("DumpUftPage", { portName: PORT, dir: "out", cursor: 0, max: 1 });
    client.close();
    return numFlows;
  }

  get #running(): ChildProcess {
    if (this.#process === undefined) throw new Error("The daemon was not started");
    return this.#process;
  }
}
