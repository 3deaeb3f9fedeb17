// Counters of a layer (spec 02 §8.5).

import type { StatBlock } from "../provider/stats.js";

/** Names of a layer's counters, in their published order. */
export const LAYER_STAT_FIELDS = [
  "in_lft_hit",
  "in_lft_full",
  "in_lft_miss",
  "in_rule_match",
  "in_rule_nomatch",
  "in_deny",
  "in_rules",
  "out_lft_hit",
  "out_lft_full",
  "out_lft_miss",
  "out_rule_match",
  "out_rule_nomatch",
  "out_deny",
  "out_rules",
  "lft_capacity",
  "flows",
  "evictions",
  "flow_ttl",
  "add_rule_called",
  "remove_rule_called",
  "set_rules_called",
] as const;

/** Offsets of the counters that exist per direction; add {@link OUT_STATS} for outbound. */
export const LayerStat = {
  LftHit: 0,
  LftFull: 1,
  LftMiss: 2,
  RuleMatch: 3,
  RuleNoMatch: 4,
  Deny: 5,
  Rules: 6,
  LftCapacity: 14,
  Flows: 15,
  Evictions: 16,
  FlowTtl: 17,
  AddRuleCalled: 18,
  RemoveRuleCalled: 19,
  SetRulesCalled: 20,
} as const;

/** Distance from an inbound counter to its outbound twin. */
export const OUT_STATS = 7;

const FLOW_TTL_SECONDS = 60;

/** A fresh block of counters for a layer. */
export function layerStats(port: string, layer: string, capacity: number): StatBlock {
  const values = new Float64Array(LAYER_STAT_FIELDS.length);
  values[LayerStat.LftCapacity] = capacity;
  values[LayerStat.FlowTtl] = FLOW_TTL_SECONDS;
  return { module: "xde", name: `${port}_${layer}`, fields: LAYER_STAT_FIELDS, values };
}

/** Adds `amount` to a counter. */
export function count(values: Float64Array, stat: number, amount = 1): void {
  values[stat] = (values[stat] as number) + amount; // Unwrap: stats are indices of the block's own fields
}

/** A block's counters by name. */
export function readStats(block: StatBlock): Record<string, number> {
  return Object.fromEntries(block.fields.map((field, i) => [field, block.values[i] ?? 0]));
}
