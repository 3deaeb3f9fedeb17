// A port with many flows written down, and made anew.

import { restoreVpcPort } from "oxide-vpc";
import { nodeClock } from "xde-binding";
import type { CaseGroup } from "../harness/case-group.ts";
import { elapsedMs, sampleRow } from "../harness/samples.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld } from "../world/vpc-world.ts";

const ROUNDS = 3;

export const snapshotGroup: CaseGroup = {
  name: "snapshot",
  *run(options) {
    for (const flows of options.isQuick ? [1000] : [1000, 10_000]) {
      const name = `snapshot/${flows}`;
      if (!options.wants(name)) continue;
      const world = new VpcWorld({ nat: "floating" });
      new Traffic(world, { family: 4, protocol: "tcp" }, flows).begin(0, flows);
      const takeMs: number[] = [];
      const restoreMs: number[] = [];
      let bytes = 0;
      for (let round = 0; round < ROUNDS; round++) {
        let text = "";
        takeMs.push(elapsedMs(() => (text = JSON.stringify(world.vpc.snapshot()))));
        bytes = text.length;
        restoreMs.push(
          elapsedMs(() => {
            const restored = restoreVpcPort(JSON.parse(text), world.mappings, { clock: nodeClock });
            if (restored.port.stats()["out_uft_flows"] !== flows) throw new Error("The port has not all its flows");
          }),
        );
      }
      yield sampleRow(`${name}/take`, "ms", takeMs, { note: "to JSON text" });
      yield sampleRow(`${name}/restore`, "ms", restoreMs, { note: "from JSON text" });
      yield sampleRow(`${name}/text-a-flow`, "bytes", [bytes / flows]);
    }
  },
};
