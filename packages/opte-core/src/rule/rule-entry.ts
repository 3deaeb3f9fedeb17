// A rule in a set: its id, its hits, and its place in the order of trial.

import type { Rule } from "./rule.js";

export interface RuleEntry {
  /** Per layer and direction, counted from 0, never used again. */
  readonly id: number;
  readonly rule: Rule;
  /** Packets that this rule decided. */
  hits: number;
}

/**
 * Whether `a` is tried before `b` (spec 02 §4): by priority; among equal priorities a deny before every other action; then the newer
 * before the older.
 */
export function comesBefore(a: RuleEntry, b: RuleEntry): boolean {
  const rankA = rankOf(a.rule);
  const rankB = rankOf(b.rule);
  return rankA !== rankB ? rankA < rankB : a.id > b.id;
}

/** The part of a rule's place that the rule itself decides: 0 to 131071, lower is tried first. */
export function rankOf(rule: Rule): number {
  return 2 * rule.priority + (rule.action.kind === "deny" ? 0 : 1);
}
