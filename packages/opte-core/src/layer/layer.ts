// A layer: rules per direction over a flow table of its own (spec 02 §8).

import type { Direction } from "opte-api";
import {
  actionText,
  type Action,
  type DefaultAction,
  type FlowDescriptor,
  type GeneratorError,
} from "../action/action.js";
import { flowIdText, type FlowKey } from "../flow/flow-id.js";
import type { UndoLog } from "../flow/undo-log.js";
import { PROBES } from "../provider/probe-switch.js";
import type { CompleteProviders } from "../provider/providers.js";
import type { StatBlock } from "../provider/stats.js";
import { firstFailure } from "../rule/first-failure.js";
import { RuleSet, type RuleEntry } from "../rule/rule-set.js";
import type { Rule } from "../rule/rule.js";
import type { HeaderTransform } from "../transform/header-transform.js";
import { DropReason } from "../verdict.js";
import type { FlowPairs } from "./flow-pairs.js";
import { LayerFlows, type DependantVerdicts, type ExpiryListener } from "./layer-flows.js";
import { count, LayerStat, layerStats, OUT_STATS } from "./layer-stats.js";
import { decisionLabels, decisionOf, LayerOutcome, type LayerError } from "./layer-outcome.js";
import type { Walk } from "./walk.js";

/** What a layer is made from. */
export interface LayerSpec {
  readonly name: string;
  /** Actions that users of the layer can look up by index. */
  readonly actions?: readonly Action[];
  readonly defaultIn: DefaultAction;
  readonly defaultOut: DefaultAction;
  /** Most flow-table pairs, at least 1. */
  readonly flowLimit: number;
  /** Rules to set as the layer is made; counted as one replacement of its rules, which adding them one by one is not. */
  readonly rules?: { readonly in: readonly Rule[]; readonly out: readonly Rule[] };
}

/** What a layer needs from the port that it belongs to. */
export interface LayerSurroundings {
  readonly port: string;
  readonly providers: CompleteProviders;
  readonly pairs: FlowPairs;
  /** Eviction verdicts of the TCP flows that depend on pairs. */
  readonly dependants: (nowMs: number) => DependantVerdicts;
}

/** One layer of a port. */
export class Layer {
  readonly name: string;
  readonly actions: readonly Action[];
  readonly rules: Readonly<Record<Direction, RuleSet>>;
  readonly flows: LayerFlows;
  readonly stats: StatBlock;

  readonly #surroundings: LayerSurroundings;
  readonly #undo: UndoLog;

  constructor(spec: LayerSpec, surroundings: LayerSurroundings) {
    this.name = spec.name;
    this.actions = spec.actions ?? [];
    this.rules = { in: new RuleSet(spec.defaultIn), out: new RuleSet(spec.defaultOut) };
    this.flows = new LayerFlows(spec.flowLimit, surroundings.pairs);
    this.stats = layerStats(surroundings.port, spec.name, spec.flowLimit);
    this.#surroundings = surroundings;
    this.#undo = surroundings.pairs.undo;
    if (spec.rules !== undefined) this.setRules(spec.rules.in, spec.rules.out, false);
  }

  /** Takes one packet through this layer; sets the walk's reason, rule or error when the walk ends here. */
  process(walk: Walk): LayerOutcome {
    const { dir, packet } = walk;
    const { port, providers } = this.#surroundings;
    walk.before.copyFrom(packet.flow);
    if (PROBES) providers.probes.layerProcessEntry?.(dir, port, this.name, walk.before);
    walk.observer?.layerEntered?.(this.name, dir, walk.before);
    walk.layer = this.name;
    const outcome = this.#process(walk);
    this.#noteFlowCount();
    if (PROBES && providers.probes.layerProcessReturn !== undefined) {
      const labels = decisionLabels(decisionOf(outcome, walk.reason, walk.error));
      providers.probes.layerProcessReturn(dir, port, this.name, walk.before, packet.flow, labels);
    }
    walk.observer?.layerLeft?.(this.name, decisionOf(outcome, walk.reason, walk.error), packet.flow);
    return outcome;
  }

  /** Adds a rule that the layer is made with. */
  loadRule(dir: Direction, rule: Rule): void {
    this.rules[dir].add(rule);
    this.#noteRuleCounts();
  }

  /** Takes over the rules of another layer in place of its own, as `RuleSet.load`. */
  loadRules(dir: Direction, entries: readonly RuleEntry[], nextId: number, defaultHits: number): void {
    this.rules[dir].load(entries, nextId, defaultHits);
    this.#noteRuleCounts();
  }

  addRule(dir: Direction, rule: Rule): number {
    const id = this.rules[dir].add(rule);
    count(this.stats.values, LayerStat.AddRuleCalled);
    this.#noteRuleCounts();
    return id;
  }

  /** @returns whether there was such a rule */
  removeRule(dir: Direction, id: number): boolean {
    if (!this.rules[dir].remove(id)) return false;
    count(this.stats.values, LayerStat.RemoveRuleCalled);
    this.#noteRuleCounts();
    return true;
  }

  /** Replaces the rules of both directions; flows are cleared, or with `soft` asked for their validity before their next use. */
  setRules(inbound: readonly Rule[], outbound: readonly Rule[], soft: boolean): void {
    this.rules.in.replace(inbound);
    this.rules.out.replace(outbound);
    if (soft) this.flows.markDirty();
    else this.clearFlows();
    count(this.stats.values, LayerStat.SetRulesCalled);
    this.#noteRuleCounts();
  }

  clearFlows(): void {
    this.flows.clear();
    this.#noteFlowCount();
  }

  /** As `LayerFlows.expire`. */
  expireFlows(nowMs: number, key: FlowKey, most?: number): number {
    const expired: ExpiryListener = (dir, flow, lastHitMs, now) => {
      this.#flowExpired(dir, flow, lastHitMs, now);
    };
    const looked = this.flows.expire(nowMs, key, expired, most);
    this.#noteFlowCount();
    return looked;
  }

  #process(walk: Walk): LayerOutcome {
    const { dir, packet } = walk;
    walk.ruleId = -1;
    if (!packet.flow.isDefault) {
      walk.observer?.layerFlowLookedUp?.(this.name, this.flows.ask(dir, packet.flow));
      const pair = this.flows.lookUp(dir, packet.flow, walk.nowMs);
      if (pair >= 0) return this.#flowHit(walk, pair);
    }
    this.#count(dir, LayerStat.LftMiss);
    return this.#runRules(walk);
  }

  #flowHit(walk: Walk, pair: number): LayerOutcome {
    this.#count(walk.dir, LayerStat.LftHit);
    walk.parents.push(pair);
    const descriptor = this.#surroundings.pairs.descriptor(pair);
    if (descriptor === undefined) return LayerOutcome.Allow;
    return this.#transform(walk, descriptor, `ft-${this.name}`);
  }

  #runRules(walk: Walk): LayerOutcome {
    const { dir, packet } = walk;
    const rules = this.rules[dir];
    const { port, providers } = this.#surroundings;
    // A dry run leaves the hit counts alone.
    const entry = this.#undo.isOn ? rules.find(packet, walk.metadata) : rules.match(packet, walk.metadata);
    if (walk.observer?.ruleConsidered !== undefined) this.#tellRules(walk, entry);
    if (entry === undefined) {
      if (PROBES) providers.probes.ruleNoMatch?.(port, this.name, dir, packet.flow);
      this.#count(dir, LayerStat.RuleNoMatch);
      return this.#runDefault(walk, rules.defaultAction);
    }
    walk.ruleId = entry.id;
    if (PROBES && providers.probes.ruleMatch !== undefined) {
      providers.probes.ruleMatch(port, this.name, dir, packet.flow, actionText(entry.rule.action));
    }
    this.#count(dir, LayerStat.RuleMatch);
    return this.#runAction(walk, entry);
  }

  /** The classifier has decided; tells of the rules that a plain search in order would have tried. */
  #tellRules(walk: Walk, matched: RuleEntry | undefined): void {
    for (const entry of this.rules[walk.dir].entries) {
      const failed = firstFailure(entry.rule, walk.packet, walk.metadata);
      walk.observer?.ruleConsidered?.(this.name, entry.id, entry.rule, failed);
      if (entry === matched) return;
    }
  }

  #runDefault(walk: Walk, action: DefaultAction): LayerOutcome {
    walk.observer?.defaultTaken?.(this.name, action);
    switch (action) {
      case "allow":
        return LayerOutcome.Allow;
      case "statefulAllow":
        return this.#allowStateful(walk);
      case "deny":
        this.#count(walk.dir, LayerStat.Deny);
        walk.reason = DropReason.LayerDefault;
        return LayerOutcome.Deny;
    }
  }

  #runAction(walk: Walk, entry: RuleEntry): LayerOutcome {
    const { dir, packet, metadata } = walk;
    const action = entry.rule.action;
    walk.observer?.actionTaken?.(this.name, entry.id, action);
    switch (action.kind) {
      case "allow":
        return LayerOutcome.Allow;
      case "statefulAllow":
        return this.#allowStateful(walk);
      case "deny":
        this.#count(dir, LayerStat.Deny);
        if (PROBES)
          this.#surroundings.providers.probes.ruleDeny?.(this.#surroundings.port, this.name, dir, packet.flow);
        walk.reason = DropReason.LayerRule;
        return LayerOutcome.Deny;
      case "handlePacket":
        return LayerOutcome.HandlePacket;
      case "meta": {
        const done = action.generator.modify(dir, packet, metadata);
        if (done.kind === "done") return LayerOutcome.Allow;
        return done.kind === "deny" ? refuse(walk) : fail(walk, { stage: "ModMeta", cause: done });
      }
      case "static": {
        const made = action.generator.headerTransform(dir, packet, metadata);
        if (made.kind === "deny") return refuse(walk);
        if (made.kind !== "value") return this.#generatorFailed(walk, "GenHdrTransform", made);
        return this.#runHeader(walk, made.value, `rt-${this.name}`);
      }
      case "stateful":
        return this.#createFlow(walk, action);
      case "hairpin": {
        const done = action.generator.reply(dir, packet, walk.reply);
        if (done.kind === "done") return LayerOutcome.Hairpin;
        return done.kind === "deny" ? refuse(walk) : fail(walk, { stage: "GenPacket", cause: done });
      }
    }
  }

  #allowStateful(walk: Walk): LayerOutcome {
    if (!this.#makeSpace(walk)) return LayerOutcome.Error;
    walk.opposite.mirrorFrom(walk.packet.flow);
    walk.parents.push(this.flows.add(walk.dir, walk.packet.flow, walk.opposite, undefined, walk.nowMs));
    return LayerOutcome.Allow;
  }

  #createFlow(walk: Walk, action: Action & { readonly kind: "stateful" }): LayerOutcome {
    const { dir, packet } = walk;
    const victim = this.flows.isFull ? this.#findVictim(walk) : -1;
    if (this.flows.isFull && victim < 0) return this.#tableFull(walk);
    const made = action.generator.describe(dir, packet, walk.metadata);
    if (made.kind === "deny") return refuse(walk);
    if (made.kind !== "value") return this.#generatorFailed(walk, "GenDesc", made);
    if (victim >= 0) this.#evict(walk, victim);
    const descriptor = made.value;
    if (this.#undo.isOn) this.#undo.note(() => descriptor.release?.());
    const outcome = this.#transform(walk, descriptor, `rt-${this.name}`);
    if (outcome !== LayerOutcome.Allow) {
      this.#surroundings.pairs.release(descriptor);
      return outcome;
    }
    walk.opposite.mirrorFrom(packet.flow);
    walk.parents.push(this.flows.add(dir, walk.before, walk.opposite, descriptor, walk.nowMs));
    return LayerOutcome.Allow;
  }

  /** Runs a flow's header transformation and, on a packet with a body, its body transformation. */
  #transform(walk: Walk, descriptor: FlowDescriptor, location: string): LayerOutcome {
    const { dir, packet } = walk;
    const header = descriptor.headerTransform(dir, walk.metadata);
    const outcome = this.#runHeader(walk, header, location);
    if (outcome !== LayerOutcome.Allow || packet.body >= packet.frame.end) return outcome;
    const made = descriptor.bodyTransform?.(dir, packet);
    if (made === undefined) return LayerOutcome.Allow;
    if (made.kind === "deny") return refuse(walk);
    if (made.kind !== "value") return fail(walk, { stage: "GenBodyTransform", cause: made });
    if (made.value === undefined) return LayerOutcome.Allow;
    const cause = walk.rewrite.runBody(made.value, dir);
    if (cause !== undefined) return fail(walk, { stage: "BodyTransform", cause });
    walk.bodies.push(made.value);
    walk.observer?.bodyTransformed?.(this.name, made.value);
    return LayerOutcome.Allow;
  }

  #runHeader(walk: Walk, transform: HeaderTransform, location: string): LayerOutcome {
    const failed = walk.rewrite.run(transform);
    if (failed !== undefined) return fail(walk, { stage: "HeaderTransform", header: failed });
    walk.headers.push(transform);
    walk.observer?.headerTransformed?.(this.name, transform, walk.before, walk.packet.flow);
    const { port, providers } = this.#surroundings;
    if (PROBES) providers.probes.htRun?.(port, location, walk.dir, walk.before, walk.packet.flow);
    return LayerOutcome.Allow;
  }

  #makeSpace(walk: Walk): boolean {
    if (!this.flows.isFull) return true;
    const victim = this.#findVictim(walk);
    if (victim < 0) {
      this.#tableFull(walk);
      return false;
    }
    this.#evict(walk, victim);
    return true;
  }

  #findVictim(walk: Walk): number {
    return this.flows.findVictim(this.#surroundings.dependants(walk.nowMs));
  }

  #tableFull(walk: Walk): LayerOutcome {
    this.#count(walk.dir, LayerStat.LftFull);
    return fail(walk, { stage: "FlowTableFull", layer: this.name, dir: walk.dir });
  }

  #evict(walk: Walk, victim: number): void {
    this.flows.evict(victim, walk.opposite, (dir, flow, lastHitMs, nowMs) => {
      this.#flowExpired(dir, flow, lastHitMs, nowMs);
    });
    count(this.stats.values, LayerStat.Evictions);
  }

  #generatorFailed(walk: Walk, stage: "GenDesc" | "GenHdrTransform", cause: GeneratorError): LayerOutcome {
    const { port, providers } = this.#surroundings;
    const what = stage === "GenDesc" ? "descriptor for stateful" : "HdrTransform for static";
    const flow = flowIdText(walk.packet.flow.toFlowId());
    const error = generatorErrorText(cause);
    providers.log.log("note", `failed to generate ${what} action: ${flow} ${error}`);
    if (PROBES && stage === "GenDesc")
      providers.probes.genDescFail?.(port, this.name, walk.dir, walk.packet.flow, error);
    if (PROBES && stage === "GenHdrTransform")
      providers.probes.genHtFail?.(port, this.name, walk.dir, walk.packet.flow, error);
    return fail(walk, { stage, cause });
  }

  #flowExpired(dir: Direction, flow: FlowKey, lastHitMs: number, nowMs: number): void {
    const { port, providers } = this.#surroundings;
    if (PROBES) providers.probes.flowExpired?.(port, `${this.name}_${dir}`, flow, lastHitMs, nowMs);
  }

  #count(dir: Direction, stat: number): void {
    count(this.stats.values, dir === "in" ? stat : stat + OUT_STATS);
  }

  #noteFlowCount(): void {
    this.stats.values[LayerStat.Flows] = this.flows.size;
  }

  #noteRuleCounts(): void {
    this.stats.values[LayerStat.Rules] = this.rules.in.size;
    this.stats.values[LayerStat.Rules + OUT_STATS] = this.rules.out.size;
  }
}

/** Text of a generator's error, as the engine logs it. */
function generatorErrorText(error: GeneratorError): string {
  switch (error.kind) {
    case "resourceExhausted":
      return `resource exhausted: ${error.name}`;
    case "malformed":
      return "malformed packet";
    case "missingMetadata":
      return `missing metadata: ${error.key}`;
    case "parseBody":
      return `unreadable body: ${error.text}`;
    case "unexpected":
      return `unexpected: ${error.message}`;
  }
}

function refuse(walk: Walk): LayerOutcome {
  walk.reason = DropReason.LayerAction;
  return LayerOutcome.Deny;
}

function fail(walk: Walk, error: LayerError): LayerOutcome {
  walk.error = error;
  return LayerOutcome.Error;
}
