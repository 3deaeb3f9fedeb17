// Dumps of a port with many flows: at once by the engine, and by the page over a device's socket while packets pass.

import type { CaseGroup } from "../harness/case-group.ts";
import { elapsedMs, sampleRow } from "../harness/samples.ts";
import type { Row } from "../harness/row.ts";
import { DeviceWorld } from "../world/device-world.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld } from "../world/vpc-world.ts";

const ROUNDS = 5;
const PAGED_ROUNDS = 3;
/** What packets may wait for a page, in ms. */
const LONGEST_STOP_MS = 5;

export const dumpGroup: CaseGroup = {
  name: "dump",
  async *run(options) {
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
    const flows = options.isQuick ? 60_000 : 500_000;
    if (options.wants(`dump/${flows}/by-page`)) yield* byPage(flows);
  },
};

async function* byPage(flows: number): AsyncGenerator<Row, void, undefined> {
  const device = await DeviceWorld.open(flows);
  try {
    for (const what of ["uft", "tcp-flows", "firewall-layer"] as const) {
      const wanted = what === "tcp-flows" ? flows : 2 * flows;
      const stops: number[] = [];
      for (let round = 0; round < PAGED_ROUNDS; round++) {
        const { count, longestStopMs } = await device.ask(what);
        if (count !== wanted) throw new Error(`The dump has ${count} entries, not ${wanted}`);
        stops.push(longestStopMs);
      }
      yield sampleRow(`dump/${flows}/by-page/${what}/longest-stop`, "ms", stops, {
        target: { of: "value", atMost: LONGEST_STOP_MS },
        note: "between two turns of packets, over a socket",
      });
    }
  } finally {
    await device.close();
  }
}
