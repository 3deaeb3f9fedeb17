// Parsing alone, both parsers.

import type { Direction } from "opte-api";
import { Frame, Packet, parseGeneve, parseGuest } from "opte-core";
import { knownOptions } from "oxide-vpc";
import type { CaseGroup } from "../harness/case-group.ts";
import { FloorBench } from "../harness/floor-bench.ts";
import { FrameRing } from "../harness/frame-ring.ts";
import { measure, type Timed } from "../harness/measure.ts";
import { RandomPicks } from "../harness/random-picks.ts";
import { ratioRow } from "../harness/row.ts";
import { ADDRESSES } from "../world/addresses.ts";
import { FlowFrames } from "../world/flow-frames.ts";

const BATCH = 4096;
const FLOWS = 1000;

export const parseGroup: CaseGroup = {
  name: "parse",
  async *run(options) {
    for (const dir of ["out", "in"] as const) {
      for (const family of [4, 6] as const) {
        for (const protocol of ["udp", "tcp", "icmp"] as const) {
          const name = `parse/${dir === "out" ? "guest" : "geneve"}/ipv${family}/${protocol}`;
          if (!options.wants(name)) continue;
          const { guest, inside: peer } = ADDRESSES[family];
          const frames = new FlowFrames({ dir, family, protocol, bodyLen: 0, guest, peer, isExternal: false });
          yield ratioRow(name, await measure(new ParseBench(frames), new FloorBench(frames, 1), options));
        }
      }
    }
  },
};

class ParseBench implements Timed {
  readonly name: string = "parse";
  readonly packets: number = BATCH;

  readonly #dir: Direction;
  readonly #frames: FlowFrames;
  readonly #ring: FrameRing;
  readonly #frame: Frame = Frame.allocate(0);
  readonly #packet = new Packet();
  readonly #picks = new RandomPicks(12345);

  constructor(frames: FlowFrames) {
    this.#dir = frames.dir;
    this.#frames = frames;
    this.#ring = new FrameRing(frames.template, BATCH);
    this.#frame.bytes = this.#ring.bytes;
    this.prepare();
    this.run();
    const { ip, ulp } = this.#packet;
    const at = this.#ring.at(BATCH - 1) + frames.template.tunnelLen + 14;
    if (ip !== at || ulp !== at + (frames.family === 4 ? 20 : 40))
      throw new Error(`Headers were found at ${ip}, ${ulp}`);
  }

  prepare(): void {
    for (let slot = 0; slot < BATCH; slot++) this.#frames.write(this.#ring, slot, this.#picks.below(FLOWS));
  }

  run(): void {
    const packet = this.#packet;
    const frame = this.#frame;
    const isGuest = this.#dir === "out";
    const { stride, offset, frameLen } = this.#ring;
    let parsed = 0;
    for (let slot = 0, at = offset; slot < BATCH; slot++, at += stride) {
      frame.start = at;
      frame.end = at + frameLen;
      if (isGuest ? parseGuest(packet, frame) : parseGeneve(packet, frame, knownOptions)) parsed++;
    }
    if (parsed !== BATCH) throw new Error(`${BATCH - parsed} frames were not parsed`);
  }
}
