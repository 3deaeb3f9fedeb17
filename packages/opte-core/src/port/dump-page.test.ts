import fc from "fast-check";
import { OpteError } from "opte-api";
import { describe, expect, it } from "vitest";
import { type Edge, makeEdge } from "../../test/edge-network.js";
import { edgeLimits, type EdgeStep, edgeSteps, frameOf } from "../../test/edge-traffic.js";
import { type FlowId, flowIdText, FlowKey } from "../flow/flow-id.js";
import { FlowTable } from "../flow/flow-table.js";
import { dumpPage, type DumpPage } from "./dump-page.js";
import type { Port } from "./port.js";

type Entries = readonly (readonly [FlowId, unknown])[];

/** A table's dump in one piece and by the page. */
interface Table {
  readonly name: string;
  readonly whole: (port: Port) => Entries;
  readonly page: (port: Port, cursor: number, max: number) => DumpPage<unknown>;
}

const TABLES: readonly Table[] = [
  {
    name: "uft in",
    whole: (port) => port.dumpUft().inFlows,
    page: (port, cursor, max) => port.dumpUftPage("in", cursor, max),
  },
  {
    name: "uft out",
    whole: (port) => port.dumpUft().outFlows,
    page: (port, cursor, max) => port.dumpUftPage("out", cursor, max),
  },
  {
    name: "tcp",
    whole: (port) => port.dumpTcpFlows().flows,
    page: (port, cursor, max) => port.dumpTcpFlowsPage(cursor, max),
  },
  {
    name: "firewall in",
    whole: (port) => port.dumpLayer("firewall").flowsIn,
    page: (port, cursor, max) => port.dumpLayerPage("firewall", "in", cursor, max),
  },
  {
    name: "nat out",
    whole: (port) => port.dumpLayer("nat").flowsOut,
    page: (port, cursor, max) => port.dumpLayerPage("nat", "out", cursor, max),
  },
];

function run(edge: Edge, step: EdgeStep): void {
  if (step.kind === "change") {
    step.run(edge);
    return;
  }
  for (let i = 0; i < step.times; i++) edge.port.process(step.shot.dir, frameOf(step.shot));
}

function flowsOf(entries: Entries): string[] {
  return entries.map(([flow]) => flowIdText(flow));
}

const pageSize = fc.integer({ min: 1, max: 4 });

describe("a dump by the page", () => {
  it("has the entries of the whole dump, each once", () => {
    let entries = 0;
    fc.assert(
      fc.property(edgeLimits, edgeSteps(60), pageSize, (limits, steps, max) => {
        const edge = makeEdge(limits);
        for (const step of steps) run(edge, step);
        if (edge.port.state === "ready") return;
        for (const { whole, page } of TABLES) {
          const paged: (readonly [FlowId, unknown])[] = [];
          let cursor: number | undefined = 0;
          while (cursor !== undefined) {
            const { entries: some, next } = page(edge.port, cursor, max);
            expect(some.length).toBeLessThanOrEqual(max);
            if (next !== undefined) expect(next).toBe(cursor + max);
            paged.push(...some);
            cursor = next;
          }
          const inOrder = (all: Entries): Entries =>
            all.toSorted(([a], [b]) => (flowIdText(a) < flowIdText(b) ? -1 : 1));
          expect(inOrder(paged)).toEqual(inOrder(whole(edge.port)));
          entries += paged.length;
        }
      }),
      { numRuns: 80, seed: 4 },
    );
    expect(entries).toBeGreaterThan(200);
  });

  it("has every entry that stays all the while exactly once, whatever comes and goes between the pages", () => {
    const flow = fc.integer({ min: 1, max: 40 });
    let lost = 0;
    let repeated = 0;
    fc.assert(
      fc.property(fc.uniqueArray(flow, { maxLength: 30 }), fc.array(fc.array(flow, { maxLength: 6 })), pageSize, run),
      { numRuns: 1_000, seed: 4 },
    );
    // Otherwise nothing would have come and gone.
    expect(lost).toBeGreaterThan(20);
    expect(repeated).toBeGreaterThan(20);

    /** @param between flows that come or, if they are there, go after each page */
    function run(before: readonly number[], between: readonly (readonly number[])[], max: number): void {
      const table = new FlowTable(64, 0);
      for (const id of before) table.insert(keyOf(id).words, 0);
      const present = new Set(before);
      const staying = new Set(before);
      const paged: string[] = [];
      for (let cursor: number | undefined = 0, round = 0; cursor !== undefined; round++) {
        const { entries, next }: DumpPage<number> = dumpPage(table, cursor, max, (slot) => slot);
        paged.push(...flowsOf(entries));
        cursor = next;
        for (const id of between[round] ?? []) {
          const key = keyOf(id);
          staying.delete(id);
          if (present.delete(id)) table.remove(table.find(key));
          else {
            present.add(id);
            table.insert(key.words, 0);
          }
        }
      }
      const timesOf = (id: number): number => paged.filter((flow) => flow === keyOf(id).toString()).length;
      for (const id of staying) expect(timesOf(id)).toBe(1);
      for (const id of before) lost += timesOf(id) === 0 ? 1 : 0;
      for (const id of present) repeated += timesOf(id) > 1 ? 1 : 0;
    }
  });

  it("is empty beyond the table, and refuses a cursor or a size that is none", () => {
    const table = new FlowTable(4, 0);
    table.insert(keyOf(1).words, 0);
    const page = (cursor: number, max: number): DumpPage<number> => dumpPage(table, cursor, max, (slot) => slot);
    expect(page(1, 8)).toEqual({ entries: [], next: undefined });
    expect(page(1_000_000, Number.MAX_SAFE_INTEGER)).toEqual({ entries: [], next: undefined });
    for (const [cursor, max, text] of [
      [-1, 1, "cursor is -1: must be an integer of at least 0"],
      [0.5, 1, "cursor is 0.5: must be an integer of at least 0"],
      [0, 0, "max is 0: must be an integer of at least 1"],
      [0, Number.NaN, "max is NaN: must be an integer of at least 1"],
    ] as const) {
      expect(() => page(cursor, max)).toThrow(text);
      expect(() => page(cursor, max)).toThrow(OpteError);
    }
  });

  it("needs a port whose tables may be dumped, and a layer that there is", () => {
    const { port } = makeEdge({ uft: 4, tcp: 4, firewall: 4, nat: 4 });
    expect(() => port.dumpLayerPage("none", "in", 0, 1)).toThrow('Layer "none" does not exist');
    port.reset();
    expect(() => port.dumpUftPage("in", 0, 1)).toThrow(OpteError);
    expect(() => port.dumpTcpFlowsPage(0, 1)).toThrow(OpteError);
    expect(port.dumpLayerPage("nat", "in", 0, 1)).toEqual({ entries: [], next: undefined });
  });

  it("comes with the rest of a layer's dump, its rules", () => {
    const { port } = makeEdge({ uft: 4, tcp: 4, firewall: 4, nat: 4 });
    const { flowsIn, flowsOut, ...rules } = port.dumpLayer("overlay");
    expect([flowsIn, flowsOut]).toEqual([[], []]);
    expect(port.dumpLayerRules("overlay")).toEqual(rules);
    expect(() => port.dumpLayerRules("none")).toThrow(OpteError);
  });
});

/** A flow by a number. */
function keyOf(id: number): FlowKey {
  const key = new FlowKey();
  const { words } = key;
  words[0] = id;
  words[9] = 0x0411;
  return key;
}
