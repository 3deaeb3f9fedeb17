// Dumps of a port with many flows, and its snapshot.

import type { CaseGroup } from "../harness/case-group.ts";
import { elapsedMs, sampleRow } from "../harness/samples.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld } from "../world/vpc-world.ts";

const ROUNDS = 5;

export const dumpGroup: CaseGroup = {
  name: "dump",
  *run(options) {
    for (const flows of options.isQuick ? [10_000] : [10_000, 100_000]) {
      if (!options.wants(`dump/${flows}`)) continue;
      const world = new VpcWorld();
      new Traffic(world, { family: 4, protocol: "tcp" }, flows).begin(0, flows);
      const { port } = world;
      const dumps = {
        uft: () => port.dumpUft(),
        "tcp-flows": () => port.dumpTcpFlows(),
        "firewall-layer": () => port.dumpLayer("firewall"),
      };
      for (const [what, dump] of Object.entries(dumps)) {
        yield sampleRow(
          `dump/${flows}/${what}`,
          "ms",
          Array.from({ length: ROUNDS }, () => elapsedMs(dump)),
        );
      }
    }
  },
};
