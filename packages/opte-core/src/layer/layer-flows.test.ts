import { describe, expect, it } from "vitest";
import type { Direction } from "opte-api";
import type { FlowDescriptor } from "../action/action.js";
import { NO_OPINION, PROTECTED } from "../flow/eviction.js";
import { FlowKey } from "../flow/flow-id.js";
import { FlowPairs, NONE } from "./flow-pairs.js";
import { LayerFlows, type DependantVerdicts } from "./layer-flows.js";

const TCP = 6;
const UDP = 17;
const scratch = new FlowKey();

function flow(n: number, proto = UDP): FlowKey {
  const key = new FlowKey();
  key.words.set([n, 0, 0, 0, 0x7f, 0, 0, 0, 0x3500_0400, proto | (4 << 8)]);
  return key;
}

function mirror(key: FlowKey): FlowKey {
  const opposite = new FlowKey();
  opposite.mirrorFrom(key);
  return opposite;
}

function descriptor(options: { valid?: boolean; onRelease?: () => void } = {}): FlowDescriptor {
  return {
    name: "NAT",
    headerTransform: () => ({ name: "NAT" }),
    isValid: () => options.valid ?? false,
    release: () => options.onRelease?.(),
  };
}

function table(limit = 4): {
  pairs: FlowPairs;
  flows: LayerFlows;
  add: (n: number, proto?: number, at?: number) => number;
} {
  const pairs = new FlowPairs();
  const flows = new LayerFlows(limit, pairs);
  const add = (n: number, proto = UDP, at = 0): number =>
    flows.add("out", flow(n, proto), mirror(flow(n, proto)), undefined, at);
  return { pairs, flows, add };
}

function expire(flows: LayerFlows, nowMs: number): [Direction, string][] {
  const expired: [Direction, string][] = [];
  flows.expire(nowMs, scratch, (dir, key) => expired.push([dir, key.toString()]));
  return expired;
}

function verdicts(priority: DependantVerdicts["priority"]): DependantVerdicts {
  return { mayEvict: true, priority };
}

describe("a layer's flow table", () => {
  it("finds the pair from either side, by the mirrored flow", () => {
    const { flows, add } = table();
    const pair = add(1);
    expect(flows.lookUp("out", flow(1), 1)).toBe(pair);
    expect(flows.lookUp("in", mirror(flow(1)), 1)).toBe(pair);
    expect(flows.lookUp("in", flow(1), 1)).toBe(-1);
  });

  it("counts hits of each direction apart, and none for the creation", () => {
    const { flows, add } = table();
    add(1);
    flows.lookUp("out", flow(1), 1);
    flows.lookUp("out", flow(1), 1);
    expect(flows.dump("out").map(([, entry]) => entry)).toEqual([{ hits: 2, summary: "no-op" }]);
    expect(flows.dump("in").map(([, entry]) => entry)).toEqual([{ hits: 0, summary: "no-op" }]);
  });

  it("flow_expired: a pair survives 59,999 ms of idleness and goes at 60,000", () => {
    const { flows, add } = table();
    add(1, UDP, 1000);
    expect(expire(flows, 60_999)).toEqual([]);
    expect(expire(flows, 61_000).map(([dir]) => dir)).toEqual(["out", "in"]);
    expect(flows.size).toBe(0);
  });

  it("children_prevent_timer_expiry: a pair outlives its idle time while a dependant lives", () => {
    const { pairs, flows, add } = table();
    const links = pairs.link(NONE, add(1));
    expect(expire(flows, 1_000_000)).toEqual([]);
    pairs.unlinkAll(links);
    expect(expire(flows, 1_000_000)).toHaveLength(2);
  });

  it("timer_expiry_propagation: an expired dependant hands its last hit on", () => {
    const { pairs, flows, add } = table();
    const links = pairs.link(NONE, add(1));
    pairs.inheritAll(links, 50_000);
    pairs.unlinkAll(links);
    expect(expire(flows, 109_999)).toEqual([]);
    expect(expire(flows, 110_000)).toHaveLength(2);
  });

  it("eviction_basics: a table full of UDP flows gives none up", () => {
    const { flows, add } = table(2);
    add(1);
    add(2);
    expect(flows.isFull).toBe(true);
    expect(flows.findVictim(verdicts(() => NO_OPINION))).toBe(-1);
  });

  it("evicts the TCP flow that is idle longest, then the lowest", () => {
    const { flows, add } = table(3);
    add(3, TCP, 10);
    add(2, TCP, 10);
    add(1, TCP, 20);
    const evicted: string[] = [];
    flows.evict(flows.findVictim(verdicts(() => NO_OPINION)), scratch, (dir, key) =>
      evicted.push(`${dir} ${key.toString()}`),
    );
    expect(evicted[0]).toContain("2.0.0.0");
    expect(evicted).toHaveLength(2);
  });

  it("eviction_selects_highest_prio: the highest priority goes, whatever its age", () => {
    const { pairs, flows, add } = table(3);
    const priorities = new Map([add(1, TCP, 0), add(2, TCP, 9), add(3, TCP, 5)].map((pair, i) => [pair, [7, 9, 8][i]]));
    for (const pair of priorities.keys()) pairs.adopt(pairs.link(NONE, pair), "tcp", pair);
    const victim = flows.findVictim(verdicts((pair) => priorities.get(pair) ?? NO_OPINION));
    flows.evict(victim, scratch, () => undefined);
    expect(flows.lookUp("out", flow(2, TCP), 10)).toBe(-1);
    expect(flows.size).toBe(2);
  });

  it("eviction_priority_inheritance: a protected dependant protects the pair, else the lowest priority counts", () => {
    const { pairs, flows, add } = table(2);
    const first = add(1, TCP, 0);
    const second = add(2, TCP, 5);
    pairs.adopt(pairs.link(pairs.link(NONE, first), second), "tcp", 0);
    expect(flows.findVictim(verdicts(() => PROTECTED))).toBe(-1);
    const victim = flows.findVictim(verdicts((pair) => (pair === second ? 9 : 2)));
    flows.evict(victim, scratch, () => undefined);
    expect(flows.lookUp("out", flow(1, TCP), 1)).toBe(first);
    expect(flows.lookUp("out", flow(2, TCP), 1)).toBe(-1);
  });

  it("eviction_invalidates_descendents: a dependant of an evicted pair finds its parents dead", () => {
    const { pairs, flows, add } = table(1);
    const killed: number[] = [];
    pairs.register("uftOut", { kill: (slot) => killed.push(slot) });
    const links = pairs.link(NONE, add(1, TCP));
    pairs.adopt(links, "uftOut", 7);
    flows.evict(flows.findVictim(verdicts(() => NO_OPINION)), scratch, () => undefined);
    expect(killed).toEqual([7]);
  });

  it("a dirty entry survives only if its descriptor says so, each direction for itself", () => {
    const { flows } = table();
    flows.add("out", flow(1), mirror(flow(1)), descriptor({ valid: true }), 0);
    flows.add("out", flow(2), mirror(flow(2)), descriptor({ valid: false }), 0);
    flows.markDirty();
    expect(flows.lookUp("out", flow(1), 1)).toBeGreaterThanOrEqual(0);
    expect(flows.lookUp("out", flow(2), 1)).toBe(-1);
    expect(flows.numFlows("in")).toBe(2);
    expect(flows.lookUp("in", mirror(flow(2)), 1)).toBe(-1);
    expect(flows.numFlows("in")).toBe(1);
  });

  it("snat4_desc_lifecycle: releases a descriptor once, when table and dependants have let go", () => {
    const { pairs, flows } = table();
    let released = 0;
    const held = descriptor({ onRelease: () => (released += 1) });
    const links = pairs.link(NONE, flows.add("out", flow(1), mirror(flow(1)), held, 0));
    flows.clear();
    expect(released).toBe(0);
    pairs.unlinkAll(links);
    expect(released).toBe(1);
    expect(pairs.size).toBe(0);
  });

  it("replaces an entry with the same key and keeps the other half of the old pair", () => {
    const { flows } = table();
    flows.add("out", flow(1), mirror(flow(1)), descriptor({}), 0);
    flows.add("out", flow(2), mirror(flow(1)), descriptor({}), 0);
    expect(flows.numFlows("in")).toBe(1);
    expect(flows.numFlows("out")).toBe(2);
    expect(flows.size).toBe(2);
  });
});
