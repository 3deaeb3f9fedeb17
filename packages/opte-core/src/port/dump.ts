// Dumps of a port's tables (spec 02 §8.6, §11.6, §13.1): plain values, copies of the moment.

import type { Direction } from "opte-api";
import { defaultActionText } from "../action/action.js";
import type { FlowId } from "../flow/flow-id.js";
import type { FlowEntryDump } from "../layer/layer-flows.js";
import type { Layer } from "../layer/layer.js";
import type { RuleEntry } from "../rule/rule-set.js";
import { ruleText, type RuleText } from "../rule/rule.js";
import { dumpPage, type DumpPage } from "./dump-page.js";
import type { TcpFlowDump, TcpFlows } from "./tcp-flows.js";
import type { UftPair } from "./uft-pair.js";

/** Flow entries in flow-id order. */
export type FlowEntries = readonly (readonly [FlowId, FlowEntryDump])[];

/** One rule of a layer dump. */
export interface RuleDump {
  readonly id: number;
  readonly hits: number;
  readonly rule: RuleText;
}

/** A layer's rules and what becomes of packets that none of them matches. */
export interface LayerRulesDump {
  readonly name: string;
  /** In evaluation order. */
  readonly rulesIn: readonly RuleDump[];
  readonly rulesOut: readonly RuleDump[];
  readonly defaultIn: string;
  readonly defaultInHits: number;
  readonly defaultOut: string;
  readonly defaultOutHits: number;
}

export interface LayerDump extends LayerRulesDump {
  readonly flowsIn: FlowEntries;
  readonly flowsOut: FlowEntries;
}

/** One row of the list of layers. */
export interface LayerDescription {
  readonly name: string;
  readonly rulesIn: number;
  readonly rulesOut: number;
  readonly defaultIn: string;
  readonly defaultOut: string;
  /** Flow-table pairs. */
  readonly flows: number;
}

export interface UftDump {
  readonly inLimit: number;
  readonly inNumFlows: number;
  readonly inFlows: FlowEntries;
  readonly outLimit: number;
  readonly outNumFlows: number;
  readonly outFlows: FlowEntries;
}

export interface TcpFlowsDump {
  readonly flows: readonly (readonly [FlowId, TcpFlowDump])[];
}

export function dumpLayer(layer: Layer): LayerDump {
  return { ...dumpLayerRules(layer), flowsIn: layer.flows.dump("in"), flowsOut: layer.flows.dump("out") };
}

export function dumpLayerRules({ name, rules }: Layer): LayerRulesDump {
  return {
    name,
    rulesIn: rules.in.entries.map(ruleDump),
    rulesOut: rules.out.entries.map(ruleDump),
    defaultIn: defaultActionText(rules.in.defaultAction),
    defaultInHits: rules.in.defaultHits,
    defaultOut: defaultActionText(rules.out.defaultAction),
    defaultOutHits: rules.out.defaultHits,
  };
}

export function dumpLayerPage({ flows }: Layer, dir: Direction, cursor: number, max: number): DumpPage<FlowEntryDump> {
  return dumpPage(flows.table(dir), cursor, max, (slot) => flows.dumpEntry(dir, slot));
}

export function describeLayer(layer: Layer): LayerDescription {
  const { rules, flows } = layer;
  return {
    name: layer.name,
    rulesIn: rules.in.size,
    rulesOut: rules.out.size,
    defaultIn: defaultActionText(rules.in.defaultAction),
    defaultOut: defaultActionText(rules.out.defaultAction),
    flows: flows.size,
  };
}

export function dumpUft(uft: UftPair): UftDump {
  return {
    inLimit: uft.in.table.limit,
    inNumFlows: uft.in.table.size,
    inFlows: uft.in.dump(),
    outLimit: uft.out.table.limit,
    outNumFlows: uft.out.table.size,
    outFlows: uft.out.dump(),
  };
}

export function dumpUftPage(uft: UftPair, dir: Direction, cursor: number, max: number): DumpPage<FlowEntryDump> {
  const unified = uft.table(dir);
  return dumpPage(unified.table, cursor, max, (slot) => unified.dumpEntry(slot));
}

export function dumpTcpFlowsPage(tcp: TcpFlows, cursor: number, max: number): DumpPage<TcpFlowDump> {
  return dumpPage(tcp.table, cursor, max, (slot) => tcp.dumpEntry(slot));
}

export function dumpTcpFlows(tcp: TcpFlows): TcpFlowsDump {
  return { flows: tcp.dump() };
}

function ruleDump(entry: RuleEntry): RuleDump {
  return { id: entry.id, hits: entry.hits, rule: ruleText(entry.rule) };
}
