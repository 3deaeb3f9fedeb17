// The first packet of a flow, through all layers, by the number of firewall rules.

import { Frame, Verdict } from "opte-core";
import type { CaseGroup } from "../harness/case-group.ts";
import { FloorBench } from "../harness/floor-bench.ts";
import { FrameRing } from "../harness/frame-ring.ts";
import { measure, type Timed } from "../harness/measure.ts";
import { ratioRow, type Target } from "../harness/row.ts";
import { firewallRules } from "../world/firewall-rules.ts";
import type { FlowFrames } from "../world/flow-frames.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld } from "../world/vpc-world.ts";

const FLOWS_A_ROUND = 512;
const LAYERS_PATH = 3;

export const newFlowGroup: CaseGroup = {
  name: "new-flow",
  async *run(options) {
    for (const nat of ["none", "snat"] as const) {
      for (const protocol of ["udp", "tcp"] as const) {
        for (const rules of options.isQuick ? [1, 100, 10_000] : [1, 10, 100, 1000, 10_000]) {
          const name = `new-flow/ipv4/${protocol}/${nat === "none" ? "no-nat" : nat}/${rules}-rules`;
          if (!options.wants(name)) continue;
          const world = new VpcWorld({ nat, rules: firewallRules(rules) });
          const traffic = new Traffic(world, { family: 4, protocol }, FLOWS_A_ROUND);
          const frames = traffic.firstFrames();
          const comparison = await measure(new NewFlowBench(world, frames), new FloorBench(frames, 1), {
            ...options,
            rounds: options.rounds * 2,
          });
          yield ratioRow(name, comparison, { target: newFlowTarget(rules) });
        }
      }
    }
  },
};

/** Begins as many flows in each round, in tables that are empty before it. */
export class NewFlowBench implements Timed {
  readonly name: string = "new flow into an empty table";
  readonly packets: number = FLOWS_A_ROUND;

  readonly #world: VpcWorld;
  readonly #frames: FlowFrames;
  readonly #ring: FrameRing;
  readonly #frame: Frame = Frame.allocate(0);

  /** @throws Error if a packet does not take the way through all layers, or is not let out */
  constructor(world: VpcWorld, frames: FlowFrames) {
    this.#world = world;
    this.#frames = frames;
    this.#ring = new FrameRing(frames.template, FLOWS_A_ROUND);
    this.#frame.bytes = this.#ring.bytes;
    this.prepare();
    this.run();
    const { port } = world;
    const { out_uft_flows: made, out_uft_hit: hits } = port.stats();
    if (made !== FLOWS_A_ROUND || hits !== 0 || port.result.path !== LAYERS_PATH) {
      throw new Error(`${made} flows were made, ${hits} packets hit`);
    }
  }

  prepare(): void {
    this.#world.forgetFlows();
    for (let slot = 0; slot < FLOWS_A_ROUND; slot++) this.#frames.write(this.#ring, slot, slot);
  }

  run(): void {
    const { port } = this.#world;
    const frame = this.#frame;
    const { stride, offset, frameLen } = this.#ring;
    let passed = 0;
    for (let slot = 0, at = offset; slot < FLOWS_A_ROUND; slot++, at += stride) {
      frame.start = at;
      frame.end = at + frameLen;
      if (port.process("out", frame) === Verdict.Modified) passed++;
    }
    if (passed !== FLOWS_A_ROUND) throw new Error(`${FLOWS_A_ROUND - passed} flows were not let out`);
  }
}

/** Issue E: 50 one-flow floors up to 100 rules, 70 at 10,000. */
function newFlowTarget(rules: number): Target {
  return { of: "ratio", atMost: rules <= 100 ? 50 : 70 };
}
