// How a hit, and a new flow, grow: with the number of flows, rules and ports, and with the length of the packet.

import { Frame, type Port, Verdict } from "opte-core";
import type { CaseGroup, RunOptions } from "../harness/case-group.ts";
import { BatchBench } from "../harness/batch-bench.ts";
import { FloorBench } from "../harness/floor-bench.ts";
import { FrameRing } from "../harness/frame-ring.ts";
import { HitBench } from "../harness/hit-bench.ts";
import { measure, type Timed } from "../harness/measure.ts";
import { RandomPicks } from "../harness/random-picks.ts";
import { ratioRow, type Row } from "../harness/row.ts";
import { firewallRules } from "../world/firewall-rules.ts";
import type { FlowFrames } from "../world/flow-frames.ts";
import { Traffic } from "../world/traffic.ts";
import { sledMappings, VpcWorld } from "../world/vpc-world.ts";
import { NewFlowBench } from "./new-flow.ts";

const BATCH = 4096;
const FLOWS = [1, 10, 100, 1000, 10_000, 100_000, 300_000, 1_000_000];
const RULES = [1, 10, 100, 1000, 10_000, 100_000];
const PORTS = [1, 10, 100, 1000, 10_000];
const BODIES = [0, 64, 256, 512, 1024, 1400, 4000, 8900];
const BATCHES = [1, 4, 16, 64, 256, 1024, 4096];
const UDP4 = { family: 4, protocol: "udp" } as const;

export const curveGroups: readonly CaseGroup[] = [
  group("flows", FLOWS, flowsCurve),
  group("rules", RULES, rulesCurve),
  group("ports", PORTS, portsCurve),
  group("payload", BODIES, payloadCurve),
  group("batch", BATCHES, batchCurve),
];

type Curve = (name: string, points: readonly number[], options: RunOptions) => AsyncGenerator<Row, void, undefined>;

function group(what: string, points: readonly number[], curve: Curve): CaseGroup {
  const name = `curve/${what}`;
  return {
    name,
    isLong: true,
    run: (options) =>
      curve(
        name,
        points.filter((point) => options.wants(`${name}/${point}`)),
        options,
      ),
  };
}

async function* flowsCurve(name: string, points: readonly number[], options: RunOptions): ReturnType<Curve> {
  const traffic = new Traffic(new VpcWorld(), UDP4, Math.max(...points));
  const frames = traffic.steadyFrames("out", 0);
  let begun = 0;
  for (const flows of points) {
    traffic.begin(begun, flows);
    begun = flows;
    const subject = new HitBench(traffic, frames, flows, BATCH);
    yield ratioRow(`${name}/${flows}`, await measure(subject, new FloorBench(frames, flows), options));
  }
}

async function* rulesCurve(name: string, points: readonly number[], options: RunOptions): ReturnType<Curve> {
  for (const rules of points) {
    const world = new VpcWorld({ rules: firewallRules(rules) });
    const frames = new Traffic(world, UDP4, 1).firstFrames();
    yield ratioRow(
      `${name}/${rules}`,
      await measure(new NewFlowBench(world, frames), new FloorBench(frames, 1), options),
    );
  }
}

/** One flow a port; each packet is for a port at random. */
async function* portsCurve(name: string, points: readonly number[], options: RunOptions): ReturnType<Curve> {
  const mappings = sledMappings();
  const limits = { uft: 8, tcp: 8, firewall: 8, nat: 8 };
  const ports: Port[] = [];
  for (const count of points) {
    while (ports.length < count) {
      const world = new VpcWorld({ name: `opte${ports.length}`, limits, mappings });
      new Traffic(world, UDP4, 1).begin(0, 1);
      ports.push(world.port);
    }
    const frames = new Traffic(new VpcWorld({ mappings }), UDP4, 1).steadyFrames("out", 0);
    yield ratioRow(
      `${name}/${count}`,
      await measure(new PortsBench(ports, frames), new FloorBench(frames, count), options),
    );
  }
}

async function* payloadCurve(name: string, points: readonly number[], options: RunOptions): ReturnType<Curve> {
  const traffic = new Traffic(new VpcWorld(), UDP4, 1000);
  traffic.begin(0, 1000);
  for (const body of points) {
    const frames = traffic.steadyFrames("out", body);
    const subject = new HitBench(traffic, frames, 1000, BATCH);
    yield ratioRow(`${name}/${body}`, await measure(subject, new FloorBench(frames, 1000), options));
  }
}

/** Frames handed over so many at a time. */
async function* batchCurve(name: string, points: readonly number[], options: RunOptions): ReturnType<Curve> {
  const traffic = new Traffic(new VpcWorld(), UDP4, 1000);
  traffic.begin(0, 1000);
  const frames = traffic.steadyFrames("out", 0);
  for (const size of points) {
    const subject = new BatchBench(traffic, frames, 1000, size);
    yield ratioRow(`${name}/${size}`, await measure(subject, new FloorBench(frames, 1000), options));
  }
}

class PortsBench implements Timed {
  readonly name: string = "hit";
  readonly packets: number = BATCH;

  readonly #ports: readonly Port[];
  readonly #batch: Port[] = [];
  readonly #frames: FlowFrames;
  readonly #ring: FrameRing;
  readonly #frame: Frame = Frame.allocate(0);
  readonly #picks = new RandomPicks(12345);

  constructor(ports: readonly Port[], frames: FlowFrames) {
    this.#ports = [...ports];
    this.#frames = frames;
    this.#ring = new FrameRing(frames.template, BATCH);
    this.#frame.bytes = this.#ring.bytes;
  }

  prepare(): void {
    this.#batch.length = 0;
    for (let slot = 0; slot < BATCH; slot++) {
      this.#frames.write(this.#ring, slot, 0);
      const port = this.#ports[this.#picks.below(this.#ports.length)];
      if (port !== undefined) this.#batch.push(port);
    }
  }

  run(): void {
    const frame = this.#frame;
    const { stride, offset, frameLen } = this.#ring;
    let at = offset;
    let hits = 0;
    for (const port of this.#batch) {
      frame.start = at;
      frame.end = at + frameLen;
      at += stride;
      if (port.process("out", frame) === Verdict.Modified && port.result.path === 1) hits++;
    }
    if (hits !== BATCH) throw new Error(`${BATCH - hits} packets did not hit`);
  }
}
