import { describe, expect, it, vi } from "vitest";
import { sceneryOf } from "./model/lockstep.js";
import type { Operation } from "./model/operations.js";
import { run } from "./model/run.js";
import type { HiddenSizes } from "./model/snapshot.js";

const OPERATIONS = 50_000;
const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);
const TIMEOUT_MS = 120_000;

/** The pools of the port that was made last: no port shows them, so they are caught as they are made. */
const made = vi.hoisted(() => ({ pairs: { size: 0 }, templates: { size: 0 } }));

vi.mock(import("../src/layer/flow-pairs.js"), async (importOriginal) => {
  const original = await importOriginal();
  class FlowPairs extends original.FlowPairs {
    constructor(...undo: ConstructorParameters<typeof original.FlowPairs>) {
      super(...undo);
      made.pairs = this;
    }
  }
  return { ...original, FlowPairs };
});

vi.mock(import("../src/transform/template-table.js"), async (importOriginal) => {
  const original = await importOriginal();
  class TemplateTable extends original.TemplateTable {
    constructor(...undo: ConstructorParameters<typeof original.TemplateTable>) {
      super(...undo);
      made.templates = this;
    }
  }
  return { ...original, TemplateTable };
});

function hiddenSizes(): HiddenSizes {
  return { pairs: made.pairs.size, templates: made.templates.size };
}

/** Three ways in which all flows of a port end. */
const ENDINGS: readonly (readonly Operation[])[] = [
  [{ kind: "start" }, { kind: "advance", ms: 8_000_000 }, { kind: "expire" }],
  [
    { kind: "start" },
    { kind: "clearUft" },
    ...["guard", "nat", "wire"].map((layer): Operation => ({ kind: "clearLft", layer })),
    { kind: "advance", ms: 8_000_000 },
    { kind: "expire" },
  ],
  [{ kind: "reset" }, { kind: "start" }],
];

/** What packets come to in every run, so that no run can be shallow unnoticed. */
const REACHED = ["in", "out"].flatMap((dir) =>
  [
    ...["modified", "hairpin", "drop rule", "drop action", "drop handle_pkt", "drop tcp_err"],
    ...["BadState", "BodyTransform", "HandlePkt", "Layer:FlowTableFull", "Layer:GenPacket"].map(
      (why) => `error ${why}`,
    ),
  ].map((what) => `${dir} ${what}`),
);

describe("a port under random operations", () => {
  it.each(SEEDS)(
    `does ${OPERATIONS} operations as the model does, and holds nothing when all flows have ended (seed %i)`,
    { timeout: TIMEOUT_MS },
    (seed) => {
      const scenery = sceneryOf(seed);
      const { steps, failure } = run(seed, scenery, OPERATIONS, hiddenSizes);
      if (failure !== undefined) throw new Error(failure);
      const { port, pools, guest } = steps.engine;
      expect([...steps.reached]).toEqual(expect.arrayContaining([...REACHED, "out error Layer:GenDesc"]));
      for (const layer of ["guard", "nat"]) expect(port.layerStats(layer)?.["evictions"]).toBeGreaterThan(0);
      expect(port.stats()["tcp_evictions"]).toBeGreaterThan(0);

      for (const operation of ENDINGS[seed % ENDINGS.length] ?? []) expect(steps.step(operation)).toBeUndefined();
      expect(steps.compare()).toBeUndefined();
      const { inNumFlows, outNumFlows } = port.dumpUft();
      expect([inNumFlows, outNumFlows, port.dumpTcpFlows().flows.length]).toEqual([0, 0, 0]);
      expect(port.listLayers().map(({ flows }) => flows)).toEqual([0, 0, 0]);
      const { ports } = scenery.sizes;
      expect([pools.tcp, pools.udp, pools.icmp].map((pool) => pool.available(guest))).toEqual([ports, ports, ports]);
      expect(hiddenSizes()).toEqual({ pairs: 0, templates: 0 });
    },
  );
});
