// A rule: what a packet must be, and what then happens to it (spec 02 §4). An immutable value.

import { actionText, type Action } from "../action/action.js";
import type { DataPredicate } from "../predicate/data-predicate.js";
import { matches, matchesData, type MetadataView } from "../predicate/evaluate.js";
import { dataPredicatesEqual, predicatesEqual } from "../predicate/predicate-equality.js";
import { dataPredicateText, predicateText } from "../predicate/predicate-text.js";
import type { Predicate } from "../predicate/predicate.js";
import type { Packet } from "../packet/packet.js";

/** A rule matches where all its predicates hold; one without any matches every packet. */
export interface Rule {
  /** 0 to 65535; lower is tried first. */
  readonly priority: number;
  readonly predicates: readonly Predicate[];
  /** Asked after all header predicates hold. */
  readonly dataPredicates: readonly DataPredicate[];
  readonly action: Action;
}

/** A rule as dumps show it. */
export interface RuleText {
  readonly priority: number;
  readonly predicates: readonly string[];
  readonly dataPredicates: readonly string[];
  readonly action: string;
}

/** What a rule asks besides its action's implicit predicates. */
export interface RuleConditions {
  readonly predicates?: readonly Predicate[];
  readonly dataPredicates?: readonly DataPredicate[];
}

/** Makes a rule from the action's implicit predicates, followed by `conditions`. */
export function makeRule(priority: number, action: Action, conditions: RuleConditions = {}): Rule {
  const generator = "generator" in action ? action.generator : undefined;
  return {
    priority,
    predicates: [...(generator?.implicitPredicates ?? []), ...(conditions.predicates ?? [])],
    dataPredicates: [...(generator?.implicitDataPredicates ?? []), ...(conditions.dataPredicates ?? [])],
    action,
  };
}

/** Makes a rule from `conditions` alone: without any it matches every packet, whatever the action implies. */
export function makeExplicitRule(priority: number, action: Action, conditions: RuleConditions = {}): Rule {
  const { predicates = [], dataPredicates = [] } = conditions;
  return { priority, predicates: [...predicates], dataPredicates: [...dataPredicates], action };
}

/** Whether every header predicate, then every data predicate, holds; the first false one ends the test. */
export function ruleMatches(rule: Rule, packet: Packet, metadata: MetadataView): boolean {
  for (const predicate of rule.predicates) if (!matches(predicate, packet, metadata)) return false;
  for (const predicate of rule.dataPredicates) if (!matchesData(predicate, packet)) return false;
  return true;
}

/**
 * Whether two rules ask the same, whatever their priorities and actions: equally many predicates, and each of `a` occurs in `b`.
 * The order does not matter. As in the reference, repetitions are not counted: {A, A, B} equals {A, B, B}.
 */
export function rulesEqual(a: Rule, b: Rule): boolean {
  return (
    a.predicates.length === b.predicates.length &&
    a.dataPredicates.length === b.dataPredicates.length &&
    a.predicates.every((x) => b.predicates.some((y) => predicatesEqual(x, y))) &&
    a.dataPredicates.every((x) => b.dataPredicates.some((y) => dataPredicatesEqual(x, y)))
  );
}

/** The text form of a rule, for dumps. */
export function ruleText(rule: Rule): RuleText {
  return {
    priority: rule.priority,
    predicates: rule.predicates.map(predicateText),
    dataPredicates: rule.dataPredicates.map(dataPredicateText),
    action: actionText(rule.action),
  };
}
