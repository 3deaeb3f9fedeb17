// Why a rule does not match: for those who watch a packet (the packet path itself asks `ruleMatches`).

import type { Packet } from "../packet/packet.js";
import type { DataPredicate } from "../predicate/data-predicate.js";
import { matches, matchesData, type MetadataView } from "../predicate/evaluate.js";
import type { Predicate } from "../predicate/predicate.js";
import type { Rule } from "./rule.js";

/** A predicate of a rule that does not hold. */
export type FailedPredicate =
  | { readonly kind: "header"; readonly predicate: Predicate }
  | { readonly kind: "data"; readonly predicate: DataPredicate };

/** The first predicate that does not hold, in the order in which `ruleMatches` asks; nothing where the rule matches. */
export function firstFailure(rule: Rule, packet: Packet, metadata: MetadataView): FailedPredicate | undefined {
  for (const predicate of rule.predicates) {
    if (!matches(predicate, packet, metadata)) return { kind: "header", predicate };
  }
  for (const predicate of rule.dataPredicates) {
    if (!matchesData(predicate, packet)) return { kind: "data", predicate };
  }
  return undefined;
}
