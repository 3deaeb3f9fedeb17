// Ports sharded over workers: how much faster two threads are than one.
//
// Each worker has ports of its own and replays the frames that stand ready in its ring in shared memory, so that what is measured is the
// engine and the memory of the machine, not the thread that would bring the frames.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { FrameRing } from "xde-binding";
import type { CaseGroup } from "../harness/case-group.ts";
import { FrameRing as Slots } from "../harness/frame-ring.ts";
import { RandomPicks } from "../harness/random-picks.ts";
import type { Row } from "../harness/row.ts";
import { sampleRow } from "../harness/samples.ts";
import type { ReplayDone, ReplayStart } from "../shard-replay.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld } from "../world/vpc-world.ts";

const FRAMES = 1024;
const PORTS = 4;
const FLOWS = 1000;
/** Short, so that on a busy machine some windows find both cores free. */
const WINDOW_MS = 60;

export const shardGroup: CaseGroup = {
  name: "shard",
  async *run(options) {
    if (!options.wants("shard/1-worker shard/2-workers shard/speed-up")) return;
    const workers = await Promise.all([startReplay(1), startReplay(2)]);
    const alone: number[] = [];
    const together: number[] = [];
    const aloneCpu: number[] = [];
    const togetherCpu: number[] = [];
    for (let round = 0; round < (options.isQuick ? 10 : 60); round++) {
      for (const worker of workers) {
        const done = await replay(worker);
        alone.push(nsAPacket([done]));
        aloneCpu.push(cpuNsAPacket([done]));
      }
      const done = await Promise.all(workers.map(replay));
      together.push(nsAPacket(done));
      togetherCpu.push(cpuNsAPacket(done));
    }
    await Promise.all(workers.map((worker) => worker.terminate()));
    const one = sampleRow("shard/1-worker", "ns", alone, { note: `${PORTS} ports of ${FLOWS} flows` });
    const two = sampleRow("shard/2-workers", "ns", together, { note: "a packet of either" });
    yield one;
    yield two;
    yield speedUp("shard/speed-up", one, two, { target: { of: "value", atLeast: 1.8 } });
    yield speedUp("shard/speed-up-by-cpu-time", sampleRow("", "ns", aloneCpu), sampleRow("", "ns", togetherCpu), {
      note: "as if each thread had a core to itself all the time",
    });
  },
};

function speedUp(name: string, one: Row, two: Row, rest: Pick<Row, "target" | "note">): Row {
  return {
    name,
    unit: "times",
    best: one.best / two.best,
    median: one.median / two.median,
    rounds: two.rounds,
    ...rest,
  };
}

/** Of workers that ran at the same time, by the time that they were on a core. */
function cpuNsAPacket(done: readonly ReplayDone[]): number {
  return nsAPacket(done.map(({ packets, cpuMs }) => ({ packets, ms: cpuMs, cpuMs })));
}

/** Of workers that ran at the same time. */
function nsAPacket(done: readonly ReplayDone[]): number {
  const packetsAMs = done.reduce((sum, { packets, ms }) => sum + packets / ms, 0);
  return 1e6 / packetsAMs;
}

/** A worker with a ring full of frames, which has begun its flows and is warm. */
async function startReplay(seed: number): Promise<Worker> {
  const frames = new Traffic(new VpcWorld(), { family: 4, protocol: "udp" }, FLOWS).steadyFrames("out", 0);
  const slots = new Slots(frames.template, 1);
  const ring = FrameRing.allocate(FRAMES, slots.frameLen);
  const picks = new RandomPicks(seed);
  for (let i = 0; i < FRAMES; i++) {
    frames.write(slots, 0, picks.below(FLOWS));
    const frame = slots.bytes.subarray(slots.at(0), slots.at(0) + slots.frameLen);
    if (!ring.offer(picks.below(PORTS), "out", frame)) throw new Error("The ring is full");
  }
  const start: ReplayStart = { ring: ring.memory, ports: PORTS, flows: FLOWS };
  const worker = new Worker(new URL("../shard-replay.ts", import.meta.url), { workerData: start });
  await answer(worker);
  return worker;
}

async function replay(worker: Worker): Promise<ReplayDone> {
  worker.postMessage(WINDOW_MS);
  return answer(worker);
}

/** What a worker says next. */
async function answer(worker: Worker): Promise<ReplayDone> {
  const said = (await once(worker, "message")) as [ReplayDone]; // Unwrap: shard-replay.ts says nothing else
  return said[0];
}
