// Hits in the unified flow table: the way of nearly every packet.

import type { Direction } from "opte-api";
import type { CaseGroup, RunOptions } from "../harness/case-group.ts";
import { BatchBench } from "../harness/batch-bench.ts";
import { FloorBench } from "../harness/floor-bench.ts";
import { HitBench } from "../harness/hit-bench.ts";
import { measure } from "../harness/measure.ts";
import { ratioRow, type Row, type Target } from "../harness/row.ts";
import type { Family, Protocol } from "../world/flow-template.ts";
import { Traffic } from "../world/traffic.ts";
import { type Nat, VpcWorld } from "../world/vpc-world.ts";

const BATCH = 4096;
/** Frames that `processBatch` takes at a time, in tables too large for the cache: what is read ahead pays there alone. */
const BATCH_SIZE = 64;
const BATCHED_FROM = 60_000;
const BODIES = [0, 1400];
const FLOWS: Readonly<Record<Nat, readonly number[]>> = {
  none: [1, 1000, 100_000, 500_000],
  floating: [1, 1000, 100_000, 500_000],
  // All ports of the address: no source NAT can have more flows
  snat: [1, 1000, 60_000],
};
const QUICK_FLOWS: readonly number[] = [1, 1000, 60_000, 100_000];

export const hitGroups: readonly CaseGroup[] = (["none", "floating", "snat"] as const).flatMap((nat) =>
  ([4, 6] as const).flatMap((family) =>
    (["udp", "tcp", "icmp"] as const).map((protocol) => hitGroup(nat, family, protocol)),
  ),
);

/** One port, whose table fills up from size to size. */
function hitGroup(nat: Nat, family: Family, protocol: Protocol): CaseGroup {
  const name = `hit/ipv${family}/${protocol}/${nat === "none" ? "no-nat" : nat}`;
  return {
    name,
    isLong: nat === "floating" || protocol === "icmp" || family === 6,
    async *run(options: RunOptions): AsyncGenerator<Row, void, undefined> {
      const cases = FLOWS[nat]
        .filter((flows) => !options.isQuick || QUICK_FLOWS.includes(flows))
        .flatMap((flows) =>
          (["out", "in"] as const).flatMap((dir) =>
            [
              ...BODIES.map((body) => ({ flows, dir, body, size: 1, row: `${name}/${dir}/${body}B/${flows}` })),
              { flows, dir, body: 0, size: BATCH_SIZE, row: `${name}/${dir}/batch/${flows}` },
            ].filter(({ size }) => size === 1 || flows >= BATCHED_FROM),
          ),
        )
        .filter(({ row, body }) => options.wants(row) && !(options.isQuick && body > 0));
      if (cases.length === 0) return;
      const most = Math.max(...cases.map(({ flows }) => flows));
      const traffic = new Traffic(new VpcWorld({ nat }), { family, protocol }, most);
      let begun = 0;
      for (const { flows, dir, body, size, row } of cases) {
        traffic.begin(begun, flows);
        begun = Math.max(begun, flows);
        const frames = traffic.steadyFrames(dir, body);
        const subject =
          size === 1 ? new HitBench(traffic, frames, flows, BATCH) : new BatchBench(traffic, frames, flows, size);
        const comparison = await measure(subject, new FloorBench(frames, flows), options);
        yield ratioRow(row, comparison, { target: hitTarget(dir, family, protocol, flows) });
      }
    },
  };
}

/** Issue E: to floor.mjs 2 for small tables and 1.5 for big ones, to the other floors 2. */
function hitTarget(dir: Direction, family: Family, protocol: Protocol, flows: number): Target {
  const isHandedFloor = dir === "out" && family === 4 && protocol !== "icmp";
  return { of: "ratio", atMost: isHandedFloor && flows >= 60_000 ? 1.5 : 2 };
}
