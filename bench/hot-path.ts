// What a test runs with V8's traces on: hits of every kind, warm, then more of them behind a mark.

import { HitBench } from "./harness/hit-bench.ts";
import { collectGarbage } from "./harness/samples.ts";
import { Traffic } from "./world/traffic.ts";
import { VpcWorld } from "./world/vpc-world.ts";

const FLOWS = 1000;
const BATCH = 1024;
const WARM_UP = 120;
const MEASURED = 80;

const benches = (["none", "snat"] as const).flatMap((nat) => {
  const world = new VpcWorld({ nat });
  return ([4, 6] as const).flatMap((family) =>
    (["udp", "tcp", "icmp"] as const).flatMap((protocol) => {
      const traffic = new Traffic(world, { family, protocol }, FLOWS);
      traffic.begin(0, FLOWS);
      return (["out", "in"] as const).map((dir) => new HitBench(traffic, traffic.steadyFrames(dir, 0), FLOWS, BATCH));
    }),
  );
});

pass(WARM_UP);
console.log("STEADY");
collectGarbage();
const before = process.memoryUsage().heapUsed;
pass(MEASURED);
const grown = process.memoryUsage().heapUsed - before;
console.log(`GROWN ${grown} bytes in ${MEASURED * BATCH * benches.length} packets`);

function pass(rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    for (const bench of benches) {
      bench.prepare();
      bench.run();
    }
  }
}
