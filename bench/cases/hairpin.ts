// Questions that the gateway answers in place of the destination.

import { Frame, Verdict } from "opte-core";
import type { CaseGroup } from "../harness/case-group.ts";
import { FloorBench } from "../harness/floor-bench.ts";
import { measure, type Timed } from "../harness/measure.ts";
import { ratioRow } from "../harness/row.ts";
import { type Question, QUESTIONS } from "../world/hairpin-frames.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld } from "../world/vpc-world.ts";

const BATCH = 512;

export const hairpinGroup: CaseGroup = {
  name: "hairpin",
  async *run(options) {
    for (const question of QUESTIONS) {
      const name = `hairpin/${question.name}`;
      if (!options.wants(name)) continue;
      const world = new VpcWorld();
      const frames = new Traffic(world, { family: 4, protocol: "udp" }, 1).firstFrames();
      const comparison = await measure(new HairpinBench(world, question), new FloorBench(frames, 1), options);
      yield ratioRow(name, comparison, {
        target: { of: "ratio", atMost: question.name.startsWith("dhcpv6") ? 60 : 30 },
      });
    }
  },
};

class HairpinBench implements Timed {
  readonly name: string = "hairpin";
  readonly packets: number = BATCH;

  readonly #world: VpcWorld;
  readonly #frame: Frame;

  /** @throws Error if the question is not answered */
  constructor(world: VpcWorld, { name, frame, isAnswer }: Question) {
    this.#world = world;
    this.#frame = Frame.ofGuest(frame);
    const { port } = world;
    const verdict = port.process("out", this.#frame);
    if (verdict !== Verdict.Hairpin || !isAnswer(port.result.hairpin.toBytes())) {
      throw new Error(
        `${name} is not answered: ${verdict}, ${Buffer.from(port.result.hairpin.toBytes()).toString("hex")}`,
      );
    }
  }

  /** A question is not changed by its answer. */
  prepare(): void {}

  run(): void {
    const { port } = this.#world;
    const frame = this.#frame;
    let answered = 0;
    for (let i = 0; i < BATCH; i++) if (port.process("out", frame) === Verdict.Hairpin) answered++;
    if (answered !== BATCH) throw new Error(`${BATCH - answered} questions had no answer`);
  }
}
