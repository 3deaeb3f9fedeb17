// The port of the model (spec 02 §10, §11, §13.4): states, the way of a packet, expiry. Written from the specification, to be read
// beside it; where the engine departs from the reference on purpose (docs/deviations.md), the model says so.

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
  type ModelPacket,
} from "./model-flow.js";
import { ModelLayer, type Counters, type LayerEnd, type ModelLayerSpec, type ModelWalk } from "./model-layer.js";
import { ModelNat } from "./model-nat.js";
import type { RuleDraft } from "./model-rules.js";
import { ModelTcp, TcpEntry, type Segment } from "./model-tcp.js";
import { ModelUft, UftEntry } from "./model-uft.js";

/** What a packet came to. */
export interface ModelVerdict {
  readonly verdict: "modified" | "hairpin" | "drop" | "error";
  /** Of a drop, the reason; of an error, its kind, and behind a colon the stage of a layer's. */
  readonly why?: string;
  readonly layer?: string;
  readonly ruleId?: number;
  /** Of a forwarded packet: its flow as it leaves, and whether its target is internal. */
  readonly flow?: ModelFlow;
  readonly isInternal?: boolean;
}

export interface ModelSizes {
  readonly uft: number;
  readonly tcp: number;
  readonly ports: number;
}

type Tracked =
  { readonly kind: "tracked"; readonly entry: TcpEntry } | { readonly kind: "closed" } | { readonly kind: "refused" };

export class ModelPort {
  state: "ready" | "running" | "paused" = "ready";
  epoch: number = 1;
  nowMs: number = 1_000_000;
  readonly nat: ModelNat;
  /** In outbound order. */
  readonly layers: readonly ModelLayer[];
  readonly uft: Readonly<Record<Direction, ModelUft>>;
  readonly tcp: ModelTcp;
  readonly counters: Counters = {};

  constructor(layers: readonly ModelLayerSpec[], sizes: ModelSizes) {
    this.nat = new ModelNat(sizes.ports);
    this.layers = layers.map((spec) => new ModelLayer(spec, this.nat));
    this.uft = { in: new ModelUft(sizes.uft), out: new ModelUft(sizes.uft) };
    this.tcp = new ModelTcp(sizes.tcp);
  }

  process(packet: ModelPacket, frameLen: number): ModelVerdict {
    if (this.state !== "running") return { verdict: "error", why: "BadState" };
    const { dir } = packet;
    const segment = packet.tcp === undefined ? undefined : { ...packet.tcp, frameLen };
    const current = this.#current(dir, packet.flow);
    const verdict =
      (current === undefined ? undefined : this.#hit(packet, current, segment)) ?? this.#miss(packet, segment);
    this.#countVerdict(dir, verdict);
    return verdict;
  }

  reset(): void {
    for (const layer of this.layers) layer.clear();
    this.clearUft();
    this.tcp.clear();
    this.state = "ready";
  }

  clearUft(): void {
    this.uft.in.clear();
    this.uft.out.clear();
  }

  /** Children before parents, so that one pass can free a chain. */
  expire(): void {
    this.tcp.expire(this.nowMs);
    this.uft.in.expire(this.nowMs);
    this.uft.out.expire(this.nowMs);
    for (const layer of this.layers) layer.expire(this.nowMs);
  }

  addRule(layer: ModelLayer, dir: Direction, draft: RuleDraft): number {
    layer.count("add_rule_called");
    this.epoch++;
    return layer.rules[dir].add(draft);
  }

  removeRule(layer: ModelLayer, dir: Direction, id: number): boolean {
    if (!layer.rules[dir].remove(id)) return false;
    layer.count("remove_rule_called");
    this.epoch++;
    return true;
  }

  setRules(layer: ModelLayer, rules: Readonly<Record<Direction, readonly RuleDraft[]>>, isSoft: boolean): void {
    layer.count("set_rules_called");
    this.epoch++;
    layer.rules.in.replace(rules.in);
    layer.rules.out.replace(rules.out);
    if (isSoft) layer.markDirty();
    else layer.clear();
  }

  /** The entry of a flow if it is of this epoch; an older one goes, with its partner. */
  #current(dir: Direction, flow: ModelFlow): UftEntry | undefined {
    const entry = this.uft[dir].find(flow);
    if (entry === undefined || entry.recording.epoch === this.epoch) return entry;
    this.uft[dir].remove(entry);
    if (entry.answer !== undefined) this.uft.out.removeFlow(entry.answer);
    // Of an outbound entry only the very entry that named it: the reference trusts the key (spec 02 §20 W31).
    if (entry.partner !== undefined && this.uft.in.table.holds(entry.partner)) this.uft.in.remove(entry.partner);
    return undefined;
  }

  /** Paths 1 and 2; nothing where the packet must take the slow path after all. */
  #hit({ dir, flow, hasBody }: ModelPacket, entry: UftEntry, segment: Segment | undefined): ModelVerdict | undefined {
    const { recording } = entry;
    this.#count(`${dir}_uft_hit`);
    entry.hits++;
    entry.lastHitMs = this.nowMs;
    if (segment !== undefined && recording.tcp !== undefined) {
      if (!this.tcp.table.holds(recording.tcp) || recording.tcp.killed) return undefined;
      const next = this.#runSegment(dir, recording.tcp, flow, segment);
      if (next === "CLOSED" || next === "NEWFLOW") this.#close(dir, recording.tcp, flow);
      if (next === "NEWFLOW") return undefined;
    }
    if (recording.bodies.length > 0 && !hasBody) return { verdict: "error", why: "BodyTransform" };
    const leaving = recording.rewrites.reduce(rewriteFlow, flow);
    return { verdict: "modified", flow: leaving, isInternal: recording.isInternal };
  }

  /** Path 3. */
  #miss(packet: ModelPacket, segment: Segment | undefined): ModelVerdict {
    const { dir, flow, hasBody } = packet;
    this.#count(`${dir}_uft_miss`);
    let tracked = segment === undefined || dir === "in" ? undefined : this.#track("out", flow, flow, segment);
    if (tracked?.kind === "refused") return { verdict: "drop", why: "tcp_err" };
    const walk: ModelWalk = {
      dir,
      nowMs: this.nowMs,
      hasBody,
      flow,
      isInternal: false,
      rewrites: [],
      bodies: [],
      parents: [],
    };
    for (const layer of dir === "out" ? this.layers : this.layers.toReversed()) {
      const end = layer.process(walk);
      if (end.kind !== "allow") return this.#ended(walk, layer.spec.name, end);
    }
    const answer = mirror(walk.flow);
    if (segment !== undefined && dir === "in") tracked = this.#track("in", answer, flow, segment);
    if (tracked?.kind === "refused") return { verdict: "drop", why: "tcp_err" };
    const forwarded = { verdict: "modified", flow: walk.flow, isInternal: walk.isInternal } as const;
    if (tracked?.kind === "closed" || flow.text === DEFAULT_FLOW.text) return forwarded;
    const hasRoom = this.#record(packet, walk, answer, tracked?.entry);
    return hasRoom ? forwarded : { verdict: "error", why: "FlowTableFull" };
  }

  #ended({ flow, isInternal }: ModelWalk, layer: string, end: Exclude<LayerEnd, { kind: "allow" }>): ModelVerdict {
    const { ruleId } = end;
    switch (end.kind) {
      case "deny":
        return { verdict: "drop", why: end.reason, layer, ruleId };
      case "error":
        return { verdict: "error", why: `Layer:${end.stage}`, layer, ruleId };
      case "hairpin":
        return { verdict: "hairpin", layer, ruleId };
      case "handlePacket":
        // The network of the test forwards TCP, drops UDP, fails on ICMP and answers what has no IP header.
        if (flow.proto === TCP) return { verdict: "modified", flow, isInternal };
        if (flow.proto === UDP) return { verdict: "drop", why: "handle_pkt", layer, ruleId };
        if (flow.proto === ICMP || flow.proto === ICMPV6) return { verdict: "error", why: "HandlePkt", layer, ruleId };
        return { verdict: "hairpin", layer, ruleId };
    }
  }

  /** Makes the unified entry of an allowed packet. @returns whether there was room */
  #record({ dir, flow }: ModelPacket, walk: ModelWalk, answer: ModelFlow, tcp: TcpEntry | undefined): boolean {
    const { rewrites, bodies, isInternal, parents } = walk;
    const recording = { epoch: this.epoch, rewrites, bodies, isInternal, parents, tcp };
    const entry = new UftEntry(flow, recording, this.nowMs);
    if (!this.uft[dir].add(entry)) return false;
    if (dir === "in") {
      entry.answer = answer;
      const partner = this.uft.out.table.get(answer);
      if (partner !== undefined) partner.partner = entry;
    }
    if (tcp !== undefined) this.tcp.setParents(dir, tcp, parents);
    return true;
  }

  /** A segment on the slow path (spec 02 §13.4), of the flow that the guest knows as `outbound`. */
  #track(dir: Direction, outbound: ModelFlow, arrived: ModelFlow, segment: Segment): Tracked {
    const known = this.tcp.find(outbound);
    if (known !== undefined) {
      const next = this.#runSegment(dir, known, arrived, segment);
      if (next === "CLOSED" || next === "NEWFLOW") this.#close(dir, known, arrived);
      if (next === "CLOSED") return { kind: "closed" };
      if (next !== "NEWFLOW") return { kind: "tracked", entry: known };
    }
    const entry = new TcpEntry(outbound, this.nowMs);
    const state = entry.next(dir, segment);
    if (state === "CLOSED") {
      if (dir === "out") this.uft.out.removeFlow(outbound);
      return { kind: "closed" };
    }
    if (state === "UNEXP") return { kind: "refused" };
    entry.state = state;
    entry.note(dir, segment);
    if (dir === "in") entry.inbound = arrived;
    return this.tcp.add(entry, this.nowMs) ? { kind: "tracked", entry } : { kind: "refused" };
  }

  #runSegment(dir: Direction, entry: TcpEntry, arrived: ModelFlow, segment: Segment): string {
    entry.hits++;
    entry.lastHitMs = this.nowMs;
    const next = entry.next(dir, segment);
    entry.note(dir, segment);
    if (dir === "in") entry.inbound = arrived;
    if (next !== "UNEXP" && next !== "NEWFLOW") entry.state = next;
    return next;
  }

  /** Ends a TCP flow: its entry goes, and both unified entries as far as their keys are known. */
  #close(dir: Direction, entry: TcpEntry, arrived: ModelFlow): void {
    this.uft.out.removeFlow(entry.flow);
    const inbound = dir === "in" ? arrived : entry.inbound;
    if (inbound !== undefined) this.uft.in.removeFlow(inbound);
    this.tcp.remove(entry);
  }

  #countVerdict(dir: Direction, { verdict, why = "" }: ModelVerdict): void {
    if (verdict === "modified" || verdict === "hairpin") this.#count(`${dir}_${verdict}`);
    if (verdict === "drop") {
      this.#count(`${dir}_drop`);
      this.#count(`${dir}_drop_${why === "tcp_err" || why === "handle_pkt" ? why : "layer"}`);
    }
    // A recorded list that fails counts nowhere (spec 02 §20 W15).
    if (verdict === "error" && why !== "BodyTransform") this.#count(`${dir}_process_err`);
  }

  #count(counter: string): void {
    this.counters[counter] = (this.counters[counter] ?? 0) + 1;
  }
}
