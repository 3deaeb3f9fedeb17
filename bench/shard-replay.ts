// A worker that replays the frames of a shared ring through its own ports, for as long as it is told.

import { parentPort, workerData } from "node:worker_threads";
import { type Port, Verdict } from "opte-core";
import { type FrameProcessor, FrameRing } from "xde-binding";
import { Traffic } from "./world/traffic.ts";
import { sledMappings, VpcWorld } from "./world/vpc-world.ts";

/** What it is started with. */
export interface ReplayStart {
  /** Of a `FrameRing`, full of frames of flows that the worker begins. */
  readonly ring: SharedArrayBuffer;
  readonly ports: number;
  /** Flows of each port. */
  readonly flows: number;
}

/** What it did while it was told to. */
export interface ReplayDone {
  readonly packets: number;
  readonly ms: number;
  /** Time on a core. */
  readonly cpuMs: number;
}

const BURST = 256;

if (parentPort === null) throw new Error("A replay runs as a worker");
const thread = parentPort;
const { ring: memory, ports: count, flows } = workerData as ReplayStart; // Unwrap: cases/shard.ts hands it this
const ring = new FrameRing(memory);
const untouched = new Uint8Array(memory).slice();
const ports = makePorts();
const pass: FrameProcessor = (index, dir, frame) => ports[index]?.process(dir, frame) ?? Verdict.Error;
let refused = 0;

replay(200);
thread.on("message", (ms: number) => {
  const done = replay(ms);
  if (refused > 0) throw new Error(`${refused} packets were not let through`);
  thread.postMessage(done);
});
thread.postMessage({ packets: 0, ms: 0, cpuMs: 0 } satisfies ReplayDone);

/** Puts the frames back as they were, processes them, takes the results; again and again. */
function replay(ms: number): ReplayDone {
  const start = performance.now();
  const cpu = process.threadCpuUsage();
  let packets = 0;
  let now = start;
  for (; now - start < ms; now = performance.now()) {
    new Uint8Array(memory).set(untouched);
    for (let burst = BURST; burst > 0; packets += burst) burst = ring.process(pass, BURST);
    ring.take((_port, _dir, verdict) => {
      if (verdict !== Verdict.Modified) refused++;
    });
  }
  const { user, system } = process.threadCpuUsage(cpu);
  return { packets, ms: now - start, cpuMs: (user + system) / 1000 };
}

function makePorts(): Port[] {
  const mappings = sledMappings();
  return Array.from({ length: count }, (_, i) => {
    const world = new VpcWorld({ name: `opte${i}`, mappings, limits: { uft: flows, tcp: flows, firewall: flows } });
    new Traffic(world, { family: 4, protocol: "udp" }, flows).begin(0, flows);
    return world.port;
  });
}
