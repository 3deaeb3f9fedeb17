// Expiry of all flows of a port at once: how long it takes, and how long it keeps packets waiting at a time.

import type { CaseGroup } from "../harness/case-group.ts";
import { elapsedMs, sampleRow } from "../harness/samples.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld } from "../world/vpc-world.ts";

/** Longer than a UDP flow lives. */
const IDLE_MS = 61_000;
/** As a device has them looked at (xde-binding, `sled.ts`), each slice followed by packets and other work. */
const ENTRIES_AT_ONCE = 512;
const SLICE_MS = 10;

export const expiryGroup: CaseGroup = {
  name: "expiry",
  *run(options) {
    for (const flows of options.isQuick ? [50_000] : [10_000, 100_000, 500_000]) {
      const name = `expiry/${flows}`;
      if (!options.wants(name)) continue;
      const rounds = Array.from({ length: 3 }, () => expireAll(flows));
      const samples = (of: keyof Expiry): number[] => rounds.map((round) => round[of]);
      yield sampleRow(`${name}/total`, "ms", samples("total"));
      yield sampleRow(`${name}/usual-pause`, "ms", samples("usual"), { note: "of 100 pauses, 99 are shorter" });
      yield sampleRow(`${name}/longest-pause`, "ms", samples("longest"), { target: { of: "value", atMost: 1 } });
    }
  },
};

/** In ms. */
interface Expiry {
  readonly total: number;
  readonly usual: number;
  readonly longest: number;
}

/** The flows were all begun in one second, and none is hit again. They go in slices, as those of a device do. */
function expireAll(flows: number): Expiry {
  let nowMs = 1_000_000;
  const world = new VpcWorld({ clock: { nowMs: () => nowMs } });
  const traffic = new Traffic(world, { family: 4, protocol: "udp" }, flows);
  traffic.begin(0, flows);
  nowMs += IDLE_MS;
  const pausesMs: number[] = [];
  const { port } = world;
  for (let looked = ENTRIES_AT_ONCE; looked >= ENTRIES_AT_ONCE; nowMs += SLICE_MS) {
    pausesMs.push(
      elapsedMs(() => {
        looked = port.expireFlows(ENTRIES_AT_ONCE);
      }),
    );
  }
  const left = (port.stats()["out_uft_flows"] ?? 0) + (port.stats()["in_uft_flows"] ?? 0);
  if (left > 0) throw new Error(`${left} flows do not expire`);
  pausesMs.sort((a, b) => a - b);
  return {
    total: pausesMs.reduce((sum, ms) => sum + ms, 0),
    usual: pausesMs[Math.floor(pausesMs.length * 0.99)] ?? 0,
    longest: pausesMs.at(-1) ?? 0,
  };
}
