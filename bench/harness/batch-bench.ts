// A port's unified flow table made ready to be timed with frames handed over so many at a time.

import { Frame } from "opte-core";
import { checkFrame } from "../world/frame-check.ts";
import type { FlowFrames } from "../world/flow-frames.ts";
import type { Traffic } from "../world/traffic.ts";
import { FrameRing } from "./frame-ring.ts";
import type { Timed } from "./measure.ts";
import { RandomPicks } from "./random-picks.ts";

const PACKETS = 4096;

export class BatchBench implements Timed {
  readonly name: string = "hit, in batches";
  readonly packets: number = PACKETS;

  readonly #traffic: Traffic;
  readonly #template: FlowFrames;
  readonly #flows: number;
  readonly #ring: FrameRing;
  readonly #frames: readonly Frame[];
  readonly #batches: readonly (readonly Frame[])[];
  readonly #verdicts = new Uint8Array(PACKETS);
  readonly #picks = new RandomPicks(12345);

  /**
   * @param flows the packets are of random ones among so many
   * @param size frames in a batch
   * @throws Error if a packet is not rewritten, right to the byte, by the program of its unified entry
   */
  constructor(traffic: Traffic, template: FlowFrames, flows: number, size: number) {
    this.#traffic = traffic;
    this.#template = template;
    this.#flows = flows;
    this.#ring = new FrameRing(template.template, PACKETS);
    const frames = Array.from({ length: PACKETS }, () => new Frame(this.#ring.bytes, 0, 0));
    this.#frames = frames;
    this.#batches = Array.from({ length: PACKETS / size }, (_, i) => frames.slice(i * size, (i + 1) * size));
    this.#check();
  }

  prepare(): void {
    this.#write();
  }

  run(): void {
    const { port } = this.#traffic.world;
    const { dir } = this.#template;
    let done = 0;
    for (const batch of this.#batches) done += port.processBatch(dir, batch, this.#verdicts);
    if (done !== PACKETS || port.result.path !== 1) throw new Error(`${PACKETS - done} packets were not processed`);
  }

  /** @returns the flow of each frame */
  #write(): number[] {
    return this.#frames.map((frame, slot) => {
      const flow = this.#picks.below(this.#flows);
      this.#template.write(this.#ring, slot, flow);
      frame.start = this.#ring.at(slot);
      frame.end = frame.start + this.#ring.frameLen;
      return flow;
    });
  }

  #check(): void {
    const { dir } = this.#template;
    const { port } = this.#traffic.world;
    const hits = `${dir}_uft_hit`;
    const before = port.stats()[hits] ?? 0;
    const flows = this.#write();
    const sent = this.#frames.map((frame) => frame.toBytes());
    this.run();
    for (const [i, frame] of this.#frames.entries())
      checkFrame(this.#traffic, dir, flows[i] ?? 0, sent[i] ?? new Uint8Array(0), frame.toBytes());
    const counted = (port.stats()[hits] ?? 0) - before;
    if (counted !== PACKETS) throw new Error(`${counted} of ${PACKETS} packets were counted as hits`);
  }
}
