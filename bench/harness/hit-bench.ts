// A port's unified flow table made ready to be timed, once it has been shown to do what the case says.

import { Frame, Verdict } from "opte-core";
import type { FlowFrames } from "../world/flow-frames.ts";
import { checkFrame } from "../world/frame-check.ts";
import type { Traffic } from "../world/traffic.ts";
import { FrameRing } from "./frame-ring.ts";
import type { Timed } from "./measure.ts";
import { RandomPicks } from "./random-picks.ts";

const PROGRAM_PATH = 1;
const CHECKED_FLOWS = 64;

export class HitBench implements Timed {
  readonly name: string = "hit";
  readonly packets: number;

  readonly #traffic: Traffic;
  readonly #frames: FlowFrames;
  readonly #flows: number;
  readonly #ring: FrameRing;
  readonly #frame: Frame = Frame.allocate(0);
  readonly #picks = new RandomPicks(12345);

  /** @throws Error if a packet is not rewritten, right to the byte, by the program of its unified entry */
  constructor(traffic: Traffic, frames: FlowFrames, flows: number, batch: number) {
    this.packets = batch;
    this.#traffic = traffic;
    this.#frames = frames;
    this.#flows = flows;
    this.#ring = new FrameRing(frames.template, batch);
    this.#frame.bytes = this.#ring.bytes;
    this.#check();
  }

  prepare(): void {
    for (let slot = 0; slot < this.packets; slot++)
      this.#frames.write(this.#ring, slot, this.#picks.below(this.#flows));
  }

  run(): void {
    const { port } = this.#traffic.world;
    const { dir } = this.#frames;
    const frame = this.#frame;
    const { stride, offset, frameLen, frames } = this.#ring;
    let passed = 0;
    for (let slot = 0, at = offset; slot < frames; slot++, at += stride) {
      frame.start = at;
      frame.end = at + frameLen;
      if (port.process(dir, frame) === Verdict.Modified) passed++;
    }
    if (passed !== frames) throw new Error(`${frames - passed} packets were not let through`);
  }

  #check(): void {
    const { port } = this.#traffic.world;
    const { dir } = this.#frames;
    const hits = `${dir}_uft_hit`;
    const before = port.stats()[hits] ?? 0;
    const picks = new RandomPicks(99);
    for (let i = 0; i < CHECKED_FLOWS; i++) {
      const flow = picks.below(this.#flows);
      this.#frames.write(this.#ring, 0, flow);
      this.#frame.start = this.#ring.at(0);
      this.#frame.end = this.#frame.start + this.#ring.frameLen;
      const sent = this.#frame.toBytes();
      const verdict = port.process(dir, this.#frame);
      if (verdict !== Verdict.Modified || port.result.path !== PROGRAM_PATH) {
        throw new Error(`Flow ${flow}: verdict ${verdict}, path ${port.result.path}`);
      }
      checkFrame(this.#traffic, dir, flow, sent, this.#frame.toBytes());
    }
    const counted = (port.stats()[hits] ?? 0) - before;
    if (counted !== CHECKED_FLOWS) throw new Error(`${counted} of ${CHECKED_FLOWS} packets were counted as hits`);
  }
}
