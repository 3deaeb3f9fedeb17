// What an observer is told of a packet's way through a layer.

import type { Direction } from "opte-api";
import type { Action, DefaultAction } from "../action/action.js";
import type { FlowKey } from "../flow/flow-id.js";
import type { FailedPredicate } from "../rule/first-failure.js";
import type { Rule } from "../rule/rule.js";
import type { BodyTransform } from "../transform/body-transform.js";
import type { HeaderTransform } from "../transform/header-transform.js";
import type { LayerFlowLookUp } from "./layer-flows.js";
import type { LayerDecision } from "./layer-outcome.js";

/**
 * Is told what a layer does to a packet, step by step. Flow keys are the engine's working memory: `toFlowId()` or `toString()` keeps
 * one. Rules, actions, transformations and predicates are immutable values.
 */
export interface LayerObserver {
  /** @param flow the packet's flow as the layers before have left it */
  layerEntered?(layer: string, dir: Direction, flow: FlowKey): void;
  /** What the layer's flow table knows of the flow; packets without L3 are not looked up. Unless it serves them, rules come next. */
  layerFlowLookedUp?(layer: string, found: LayerFlowLookUp): void;
  /**
   * A rule, in the order of trial, up to and including the one that matches.
   *
   * @param id the rule's id in its layer and direction
   * @param failed the first predicate that does not hold; absent where the rule matches
   */
  ruleConsidered?(layer: string, id: number, rule: Rule, failed: FailedPredicate | undefined): void;
  /** The action of the rule that matched is about to run. */
  actionTaken?(layer: string, id: number, action: Action): void;
  /** No rule matched. */
  defaultTaken?(layer: string, action: DefaultAction): void;
  /**
   * A header transformation was run. Inner fields are written already; outer headers follow when the frame is emitted.
   *
   * @param before the packet's flow as it entered the layer
   */
  headerTransformed?(layer: string, transform: HeaderTransform, before: FlowKey, after: FlowKey): void;
  /** A body transformation was run. */
  bodyTransformed?(layer: string, transform: BodyTransform): void;
  /** @param flow the packet's flow as the layer leaves it */
  layerLeft?(layer: string, decision: LayerDecision, flow: FlowKey): void;
}
