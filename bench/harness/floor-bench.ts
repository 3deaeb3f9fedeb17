// A floor made ready to be timed: its table filled with flows, its ring with frames.

import { floor, type FloorHit, type FloorTable } from "../floor-functions.mjs";
import { floorVariants } from "../floor-variants.mjs";
import type { FlowFrames } from "../world/flow-frames.ts";
import { FrameRing } from "./frame-ring.ts";
import type { Timed } from "./measure.ts";
import { RandomPicks } from "./random-picks.ts";

/** Which of the floors: `floor.mjs` has the first, `floor-variants.mjs` the others. */
interface Floor {
  readonly name: string;
  readonly hit: FloorHit;
}

/** One floor with a number of flows; each round has random ones among them, as in floor.mjs. */
export class FloorBench implements Timed {
  readonly name: string;
  readonly packets: number = floor.BATCH;

  readonly #hit: FloorHit;
  readonly #frames: FlowFrames;
  readonly #ring: FrameRing;
  readonly #table: FloorTable;
  readonly #flows: number;
  readonly #picks = new RandomPicks(12345);
  #round = 0;

  constructor(frames: FlowFrames, flows: number) {
    const { name, hit } = floorOf(frames);
    this.name = `${name}, ${flows} flows`;
    this.#hit = hit;
    this.#frames = frames;
    this.#flows = flows;
    this.#ring = new FrameRing(frames.template, floor.BATCH);
    this.#table = filled(frames, flows);
  }

  prepare(): void {
    this.#round++;
    for (let slot = 0; slot < floor.BATCH; slot++) this.#frames.write(this.#ring, slot, this.#picks.below(this.#flows));
  }

  run(): void {
    const hitOne = this.#hit;
    const { bytes, words, stride, offset, frameLen } = this.#ring;
    const flows = this.#table;
    const round = this.#round;
    let missed = 0;
    for (let slot = 0, at = offset; slot < floor.BATCH; slot++, at += stride) {
      if (hitOne(flows, bytes, words, at, frameLen, round) < 0) missed++;
    }
    if (missed > 0) throw new Error(`The floor missed ${missed} packets`);
  }
}

function floorOf({ dir, family, protocol }: FlowFrames): Floor {
  if (dir === "in") {
    return family === 4
      ? { name: `inbound ${protocol}4`, hit: floorVariants.hitIn4 }
      : { name: `inbound ${protocol}6`, hit: floorVariants.hitIn6 };
  }
  if (family === 6) return { name: `outbound ${protocol}6`, hit: floorVariants.hitOut6 };
  return protocol === "icmp"
    ? { name: "outbound icmp4", hit: floorVariants.hitOut4Icmp }
    : { name: `floor.mjs ${protocol}4`, hit: floor.hit };
}

/** A table with the flows of these frames, read from the frames themselves. */
function filled(frames: FlowFrames, flows: number): FloorTable {
  const ring = new FrameRing(frames.template, 1);
  const ip = (ring.offset + frames.template.tunnelLen + 14) >> 2;
  const made = frames.family === 4 ? floor.table(flows) : floorVariants.table6(flows);
  for (let f = 0; f < flows; f++) {
    frames.write(ring, 0, f);
    const { bytes, words } = ring;
    const ulp = ip + (frames.family === 4 ? 5 : 10);
    const ports =
      frames.protocol === "icmp" ? ((bytes[ulp * 4 + 4] ?? 0) << 8) | (bytes[ulp * 4 + 5] ?? 0) : words[ulp];
    if (frames.family === 4) {
      const record = floor.insert(made, words[ip + 3] ?? 0, words[ip + 4] ?? 0, ports ?? 0, bytes[ip * 4 + 9] ?? 0);
      made.rec.set([f & 255, 0x01020304, f & 0xffff, f & 0xffff, 0x1234], record + 6);
    } else {
      const record = floorVariants.insert6(made, words, ip + 2, ip + 6, ports ?? 0, bytes[ip * 4 + 6] ?? 0);
      made.rec.set([f & 255, 1, 2, 3, 4, f & 0xffff, f & 0xffff], record + 12);
    }
  }
  return made;
}
