// Expiry of all flows of a port at once: how long it takes, and how long one call keeps packets waiting.

import type { CaseGroup } from "../harness/case-group.ts";
import { elapsedMs, sampleRow } from "../harness/samples.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld } from "../world/vpc-world.ts";

/** Longer than a UDP flow lives. */
const IDLE_MS = 61_000;
const TICK_MS = 1000;

export const expiryGroup: CaseGroup = {
  name: "expiry",
  *run(options) {
    for (const flows of options.isQuick ? [50_000] : [10_000, 100_000, 500_000]) {
      const name = `expiry/${flows}`;
      if (!options.wants(name)) continue;
      const totalMs: number[] = [];
      const longestMs: number[] = [];
      for (let round = 0; round < 3; round++) {
        const { total, longest } = expireAll(flows);
        totalMs.push(total);
        longestMs.push(longest);
      }
      yield sampleRow(`${name}/total`, "ms", totalMs);
      yield sampleRow(`${name}/longest-pause`, "ms", longestMs, { target: { of: "value", atMost: 1 } });
    }
  },
};

/** The flows were all begun in one second, and none is hit again. */
function expireAll(flows: number): { total: number; longest: number } {
  let nowMs = 1_000_000;
  const world = new VpcWorld({ clock: { nowMs: () => nowMs } });
  const traffic = new Traffic(world, { family: 4, protocol: "udp" }, flows);
  traffic.begin(0, flows);
  nowMs += IDLE_MS;
  let total = 0;
  let longest = 0;
  for (let left = flows; left > 0; nowMs += TICK_MS) {
    const ms = elapsedMs(() => world.port.expireFlows());
    total += ms;
    longest = Math.max(longest, ms);
    left = (world.port.stats()["out_uft_flows"] ?? 0) + (world.port.stats()["in_uft_flows"] ?? 0);
    if (total > 60_000) throw new Error(`${left} flows do not expire`);
  }
  return { total, longest };
}
