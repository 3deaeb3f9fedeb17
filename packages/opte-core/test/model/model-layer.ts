// A layer of the model (spec 02 §8): rules, and a flow table of two maps.

import type { Direction } from "opte-api";
import {
  DEFAULT_FLOW,
  ICMP,
  ICMPV6,
  mirror,
  rewriteFlow,
  TCP,
  UDP,
  type ModelFlow,
  type Rewrite,
} from "./model-flow.js";
import type { ModelDescriptor, ModelNat } from "./model-nat.js";
import { ALWAYS_EVICTABLE, chooseVictim, ModelPair, NO_OPINION } from "./model-pair.js";
import { ModelRules, type ModelRule } from "./model-rules.js";
import { ModelTable, type TableEntry } from "./model-table.js";

export const FLOW_TTL_MS = 60_000;

/** One packet on its way through the layers. */
export interface ModelWalk {
  readonly dir: Direction;
  readonly nowMs: number;
  readonly hasBody: boolean;
  flow: ModelFlow;
  isInternal: boolean;
  readonly rewrites: Rewrite[];
  readonly bodies: string[];
  readonly parents: ModelPair[];
}

/** How a layer lets a packet out. */
export type LayerEnd =
  | { readonly kind: "allow" }
  | { readonly kind: "deny"; readonly reason: "rule" | "default" | "action"; readonly ruleId: number }
  | { readonly kind: "hairpin" | "handlePacket"; readonly ruleId: number }
  | { readonly kind: "error"; readonly stage: string; readonly ruleId: number };

export interface LayerEntry extends TableEntry {
  readonly pair: ModelPair;
  isDirty: boolean;
}

export interface ModelLayerSpec {
  readonly name: string;
  readonly defaultIn: "allow" | "statefulAllow" | "deny";
  readonly defaultOut: "allow" | "statefulAllow" | "deny";
  readonly flowLimit: number;
}

/** Counters by their published names; gauges are not among them, for they are the sizes of things. */
export type Counters = Record<string, number>;

const ALLOW: LayerEnd = { kind: "allow" };

export class ModelLayer {
  readonly spec: ModelLayerSpec;
  readonly rules: Readonly<Record<Direction, ModelRules>> = { in: new ModelRules(), out: new ModelRules() };
  readonly flows: Readonly<Record<Direction, ModelTable<LayerEntry>>>;
  readonly counters: Counters = {};
  readonly #nat: ModelNat;

  constructor(spec: ModelLayerSpec, nat: ModelNat) {
    this.spec = spec;
    this.flows = { in: new ModelTable(spec.flowLimit), out: new ModelTable(spec.flowLimit) };
    this.#nat = nat;
  }

  /** Pairs of which a half is in a table. */
  get pairs(): Set<ModelPair> {
    return new Set([...this.flows.out.values(), ...this.flows.in.values()].map((entry) => entry.pair));
  }

  process(walk: ModelWalk): LayerEnd {
    const { dir } = walk;
    const pair = walk.flow.text === DEFAULT_FLOW.text ? undefined : this.#lookUp(walk);
    if (pair !== undefined) {
      this.count(`${dir}_lft_hit`);
      walk.parents.push(pair);
      if (pair.descriptor !== undefined) translate(walk, pair.descriptor);
      return ALLOW;
    }
    this.count(`${dir}_lft_miss`);
    const rule = this.rules[dir].match(walk.flow);
    if (rule !== undefined) {
      this.count(`${dir}_rule_match`);
      return this.#act(walk, rule);
    }
    this.count(`${dir}_rule_nomatch`);
    const { defaultIn, defaultOut } = this.spec;
    return this.#decide(walk, dir === "in" ? defaultIn : defaultOut, "default", -1);
  }

  markDirty(): void {
    for (const entry of [...this.flows.in.values(), ...this.flows.out.values()]) entry.isDirty = true;
  }

  clear(): void {
    for (const dir of ["in", "out"] as const) for (const entry of this.flows[dir].sorted()) this.#drop(dir, entry);
  }

  /** Removes idle pairs without live children, in outbound order; then inbound entries that lost their partner, likewise. */
  expire(nowMs: number): void {
    for (const { pair } of [...this.flows.out.sorted(), ...this.flows.in.sorted()]) {
      if (pair.liveChildren.length === 0 && nowMs - pair.lastHitMs >= FLOW_TTL_MS) this.#dropPair(pair);
    }
  }

  count(counter: string): void {
    this.counters[counter] = (this.counters[counter] ?? 0) + 1;
  }

  #lookUp({ dir, flow, nowMs }: ModelWalk): ModelPair | undefined {
    const entry = this.flows[dir].get(flow);
    if (entry === undefined) return undefined;
    entry.hits++;
    entry.pair.lastHitMs = nowMs;
    if (entry.isDirty && entry.pair.descriptor?.isValid() !== true) {
      this.#drop(dir, entry);
      return undefined;
    }
    entry.isDirty = false;
    return entry.pair;
  }

  #act(walk: ModelWalk, { id, draft: { action } }: ModelRule): LayerEnd {
    switch (action) {
      case "allow":
      case "statefulAllow":
      case "deny":
        return this.#decide(walk, action, "rule", id);
      case "handlePacket":
        return { kind: "handlePacket", ruleId: id };
      case "meta":
        walk.isInternal = true;
        return ALLOW;
      case "hairpin":
        // The generator of the test answers TCP and packets without an IP header, refuses UDP and cannot read ICMP.
        if (walk.flow.proto === UDP) return { kind: "deny", reason: "action", ruleId: id };
        if (walk.flow.proto === ICMP || walk.flow.proto === ICMPV6)
          return { kind: "error", stage: "GenPacket", ruleId: id };
        return { kind: "hairpin", ruleId: id };
      case "encap":
      case "decap":
        walk.rewrites.push({ name: action });
        return ALLOW;
      case "snat":
      case "natOut":
      case "natIn":
        return this.#create(walk, action, id);
    }
  }

  #decide(walk: ModelWalk, what: ModelLayerSpec["defaultIn"], reason: "rule" | "default", ruleId: number): LayerEnd {
    switch (what) {
      case "allow":
        return ALLOW;
      case "deny":
        this.count(`${walk.dir}_deny`);
        return { kind: "deny", reason, ruleId };
      case "statefulAllow": {
        const victim = this.#victim(walk.nowMs);
        if (victim === "none") return this.#full(walk, ruleId);
        if (victim !== undefined) this.#evict(victim);
        this.#add(walk, walk.flow, undefined);
        return ALLOW;
      }
    }
  }

  #create(walk: ModelWalk, action: "snat" | "natOut" | "natIn", ruleId: number): LayerEnd {
    const before = walk.flow;
    const victim = this.#victim(walk.nowMs);
    if (victim === "none") return this.#full(walk, ruleId);
    const made = action === "snat" ? this.#nat.snat(before) : this.#nat.oneToOne();
    if (made.kind === "deny") return { kind: "deny", reason: "action", ruleId };
    if (made.kind === "error") return { kind: "error", stage: "GenDesc", ruleId };
    if (victim !== undefined) this.#evict(victim);
    translate(walk, made.value);
    this.#add(walk, before, made.value);
    return ALLOW;
  }

  #full(walk: ModelWalk, ruleId: number): LayerEnd {
    this.count(`${walk.dir}_lft_full`);
    return { kind: "error", stage: "FlowTableFull", ruleId };
  }

  /** The pair that must make room, if there is no room; `none` if none may. */
  #victim(nowMs: number): ModelPair | "none" | undefined {
    if (this.pairs.size < this.spec.flowLimit) return undefined;
    const candidates = this.flows.out.sorted().map(({ flow, pair }) => ({
      pair,
      priority: pair.priority(flow.proto === TCP ? ALWAYS_EVICTABLE : NO_OPINION, nowMs),
      lastHitMs: pair.lastHitMs,
    }));
    return chooseVictim(candidates)?.pair ?? "none";
  }

  #evict(pair: ModelPair): void {
    this.count("evictions");
    pair.kill();
    this.#dropPair(pair);
  }

  /** Adds the pair of a packet that came as `before` and now is `walk.flow`. */
  #add(walk: ModelWalk, before: ModelFlow, descriptor: ModelDescriptor | undefined): void {
    const pair = new ModelPair(descriptor, walk.nowMs);
    this.#put(walk.dir, before, pair);
    this.#put(walk.dir === "in" ? "out" : "in", mirror(walk.flow), pair);
    walk.parents.push(pair);
  }

  #put(dir: Direction, flow: ModelFlow, pair: ModelPair): void {
    pair.addHalf();
    const replaced = this.flows[dir].get(flow);
    if (replaced !== undefined) this.#drop(dir, replaced);
    this.flows[dir].set({ flow, pair, hits: 0, isDirty: false });
  }

  #dropPair(pair: ModelPair): void {
    for (const dir of ["out", "in"] as const) {
      for (const entry of this.flows[dir].values()) if (entry.pair === pair) this.#drop(dir, entry);
    }
  }

  #drop(dir: Direction, entry: LayerEntry): void {
    this.flows[dir].delete(entry.flow);
    entry.pair.dropHalf();
  }
}

/** Runs a flow's translation on its packet. */
function translate(walk: ModelWalk, descriptor: ModelDescriptor): void {
  const rewrite = descriptor.rewrite[walk.dir];
  walk.rewrites.push(rewrite);
  walk.flow = rewriteFlow(walk.flow, rewrite);
  if (descriptor.nested !== undefined && walk.hasBody && walk.flow.proto === ICMP) walk.bodies.push(descriptor.nested);
}
