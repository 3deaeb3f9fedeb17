// Puts the parts of a port together, and makes its counters known.

import { OpteError, type Direction } from "opte-api";
import { FlowKey } from "../flow/flow-id.js";
import { UndoLog } from "../flow/undo-log.js";
import { FlowPairs } from "../layer/flow-pairs.js";
import { Layer, type LayerSpec } from "../layer/layer.js";
import { Walk } from "../layer/walk.js";
import type { CompleteProviders } from "../provider/providers.js";
import type { StatBlock, StatRegistration, StatsProvider } from "../provider/stats.js";
import type { Rule } from "../rule/rule.js";
import { TemplateTable } from "../transform/template-table.js";
import type { NetworkDefinition } from "./network-definition.js";
import type { PortParts } from "./port-parts.js";
import { TcpFlows } from "./tcp-flows.js";
import { TcpTracking } from "./tcp-tracking.js";
import { UftPair } from "./uft-pair.js";

/** Sizes of a port's tables. */
export interface PortLimits {
  /** Entries of the unified flow table, each direction. */
  readonly uft: number;
  /** Tracked TCP flows. */
  readonly tcp: number;
}

/** A layer to be made with its first rules. */
export interface LayerDraft {
  readonly spec: LayerSpec;
  readonly rules: readonly (readonly [Direction, Rule])[];
}

/** @param stats the port's counters */
export function assembleParts(
  port: string,
  providers: CompleteProviders,
  network: NetworkDefinition,
  drafts: readonly LayerDraft[],
  limits: PortLimits,
  stats: Float64Array,
): PortParts {
  const undo = new UndoLog();
  const pairs = new FlowPairs(undo);
  const templates = new TemplateTable(undo);
  const uft = new UftPair(limits.uft, pairs, templates);
  const tcp = new TcpFlows(limits.tcp, pairs);
  const layers = drafts.map(({ spec, rules }) => {
    const layer = new Layer(spec, { port, providers, pairs, dependants: (nowMs) => tcp.dependantVerdicts(nowMs) });
    for (const [dir, rule] of rules) layer.loadRule(dir, rule);
    return layer;
  });
  const tracking = new TcpTracking(port, providers, tcp, uft, stats);
  const [walk, scratchKey] = [new Walk(), new FlowKey()];
  return { port, providers, network, layers, pairs, uft, tcp, tracking, templates, stats, walk, scratchKey };
}

/** Registers every block or none. */
export function registerAll(provider: StatsProvider, blocks: readonly StatBlock[]): StatRegistration[] {
  const done: StatRegistration[] = [];
  try {
    for (const block of blocks) done.push(provider.register(block));
  } catch (error) {
    for (const registration of done) registration.unregister();
    throw new OpteError({ kind: "PortCreate", msg: error instanceof Error ? error.message : String(error) });
  }
  return done;
}
