// A port with many flows written down, and made anew.

import { restoreVpcPort } from "oxide-vpc";
import { nodeClock } from "xde-binding";
import type { CaseGroup } from "../harness/case-group.ts";
import { elapsedMs, sampleRow } from "../harness/samples.ts";
import type { Row } from "../harness/row.ts";
import { timesOfDaemon } from "../world/daemon-world.ts";
import { DeviceWorld } from "../world/device-world.ts";
import { Traffic } from "../world/traffic.ts";
import { VpcWorld } from "../world/vpc-world.ts";

const ROUNDS = 3;

export const snapshotGroup: CaseGroup = {
  name: "snapshot",
  async *run(options) {
    for (const flows of options.isQuick ? [1000] : [1000, 10_000, 60_000]) {
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
    for (const flows of options.isQuick ? [60_000] : [60_000, 500_000]) {
      if (options.wants(`snapshot/${flows}/device`)) yield* ofDevice(flows);
      if (options.wants(`snapshot/${flows}/xded`)) yield* ofDaemon(flows);
    }
  },
};

/** Kept by a daemon from its stop to its next start. */
async function* ofDaemon(flows: number): AsyncGenerator<Row, void, undefined> {
  const times = [await timesOfDaemon(flows), await timesOfDaemon(flows)];
  const row = (what: string, samples: readonly number[], note: string): Row =>
    sampleRow(`snapshot/${flows}/xded/${what}`, "ms", samples, { note });
  yield row(
    "stop",
    times.map(({ stopMs }) => stopMs),
    "from the signal to the end of the process",
  );
  yield row(
    "start",
    times.map(({ startMs }) => startMs),
    "from the start of the process to its answering",
  );
}

/** Fetched over a device's socket, while packets pass. */
async function* ofDevice(flows: number): AsyncGenerator<Row, void, undefined> {
  const device = await DeviceWorld.open(flows);
  try {
    const stops: number[] = [];
    const works: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { longestStopMs, cpuMs } = await device.ask("snapshot");
      stops.push(longestStopMs);
      works.push(cpuMs);
    }
    yield sampleRow(`snapshot/${flows}/device/longest-stop`, "ms", stops, { note: "between two turns of packets" });
    yield sampleRow(`snapshot/${flows}/device/work`, "ms", works, { note: "of the device's thread, packets included" });
  } finally {
    await device.close();
  }
}
