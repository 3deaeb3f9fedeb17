// New flows that find a table full, beside new flows that find room.

import { Frame, Verdict, VERDICT_NAMES } from "opte-core";
import type { CaseGroup } from "../harness/case-group.ts";
import { FrameRing } from "../harness/frame-ring.ts";
import { measure, type Timed } from "../harness/measure.ts";
import { ratioRow } from "../harness/row.ts";
import type { FlowFrames } from "../world/flow-frames.ts";
import type { Protocol } from "../world/flow-template.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld } from "../world/vpc-world.ts";
import { NewFlowBench } from "./new-flow.ts";

const BATCH = 512;
/** Flows before the same one comes again; it has long been forgotten then. */
const NEW_FLOWS = 200_000;

export const fullTableGroup: CaseGroup = {
  name: "full-table",
  async *run(options) {
    for (const limit of options.isQuick ? [8096] : [8096, 100_000, 500_000]) {
      for (const [protocol, begun] of [
        ["udp", "one-way"],
        ["tcp", "one-way"],
        ["tcp", "established"],
      ] as const) {
        const name = `full-table/${protocol}-${begun}/${limit}`;
        if (!options.wants(name)) continue;
        const limits = { uft: limit, tcp: limit, firewall: limit };
        const subject = new FullTableBench(new VpcWorld({ limits }), protocol, limit, begun === "established");
        const empty = new VpcWorld({ limits });
        const frames = new Traffic(empty, { family: 4, protocol }, BATCH).firstFrames();
        const comparison = await measure(subject, new NewFlowBench(empty, frames), options);
        yield ratioRow(name, comparison, { target: { of: "ratio", atMost: 2 }, note: subject.outcome });
      }
    }
  },
};

/** Sends first packets of flows that are not in the table, which is full. */
class FullTableBench implements Timed {
  readonly name: string = "new flow into a full table";
  readonly packets: number = BATCH;
  /** What becomes of the packets. */
  readonly outcome: string;

  readonly #world: VpcWorld;
  readonly #frames: FlowFrames;
  readonly #ring: FrameRing;
  readonly #frame: Frame = Frame.allocate(0);
  readonly #limit: number;
  #next = 0;

  constructor(world: VpcWorld, protocol: Protocol, limit: number, isEstablished: boolean) {
    this.#world = world;
    this.#limit = limit;
    const traffic = new Traffic(world, { family: 4, protocol }, limit);
    if (isEstablished) traffic.begin(0, limit);
    else traffic.beginOneWay(0, limit);
    this.#frames = traffic.firstFrames();
    this.#ring = new FrameRing(this.#frames.template, BATCH);
    this.#frame.bytes = this.#ring.bytes;
    this.prepare();
    this.run();
    const { verdict, error, reason } = world.port.result;
    const why = verdict === Verdict.Error ? ` ${error?.kind ?? ""}` : verdict === Verdict.Drop ? ` ${reason}` : "";
    this.outcome = verdict === Verdict.Modified ? "evicts" : `refused: ${VERDICT_NAMES[verdict] ?? ""}${why}`;
    const { out_uft_flows: flows = 0 } = world.port.stats();
    if (flows < limit) throw new Error(`The table has ${flows} flows of ${limit}`);
  }

  prepare(): void {
    for (let slot = 0; slot < BATCH; slot++) {
      this.#frames.write(this.#ring, slot, this.#limit + this.#next);
      this.#next = (this.#next + 1) % NEW_FLOWS;
    }
  }

  run(): void {
    const { port } = this.#world;
    const frame = this.#frame;
    const { stride, offset, frameLen } = this.#ring;
    for (let slot = 0, at = offset; slot < BATCH; slot++, at += stride) {
      frame.start = at;
      frame.end = at + frameLen;
      port.process("out", frame);
    }
  }
}
