// A packet's way through a port, told in a sentence for each step.

import type { ExplainStep } from "opte-api";
import {
  type Action,
  actionText,
  dataPredicateText,
  type DefaultAction,
  DROP_REASON_NAMES,
  type FailedPredicate,
  type FlowKey,
  type HeaderTransform,
  type LayerDecision,
  type LayerFlowLookUp,
  type PacketObserver,
  predicateText,
  type Rule,
  type TcpStep,
  type UnifiedLookUp,
} from "opte-core";

/** Most rules that are told of a layer; of more only their number is. */
const MAX_RULES = 100;

const LOOK_UPS: Readonly<Record<LayerFlowLookUp, string>> = {
  clean: "the layer's entry of the flow decides",
  dirtyValid: "the layer's entry of the flow decides: the rules have changed, and it still holds",
  dirtyInvalid: "the layer's entry of the flow no longer holds under the new rules",
  miss: "the layer does not know the flow",
};

/** Writes down what it observes. For one packet. */
export class ExplainSteps implements PacketObserver {
  readonly steps: ExplainStep[] = [];
  #layer: string | undefined;
  #considered = 0;

  unifiedLookedUp(_dir: unknown, flow: FlowKey, found: UnifiedLookUp): void {
    this.#tell(`flow ${flow.toString()}: ${unifiedText(found)}`);
  }

  tcpTracked(flow: FlowKey, { before, after, outcome }: TcpStep): void {
    this.#tell(`TCP flow ${flow.toString()}: ${before} to ${after}, ${outcome}`);
  }

  layerEntered(layer: string): void {
    this.#layer = layer;
    this.#considered = 0;
  }

  layerFlowLookedUp(_layer: string, found: LayerFlowLookUp): void {
    this.#tell(LOOK_UPS[found]);
  }

  ruleConsidered(_layer: string, id: number, _rule: Rule, failed: FailedPredicate | undefined): void {
    this.#considered += 1;
    if (failed === undefined) {
      const unsaid = this.#considered - 1 - MAX_RULES;
      if (unsaid > 0) this.#tell(`${unsaid} more rules do not match`);
      this.#tell(`rule ${id} matches`);
    } else if (this.#considered <= MAX_RULES) {
      this.#tell(`rule ${id} does not match: not ${failedText(failed)}`);
    }
  }

  actionTaken(_layer: string, id: number, action: Action): void {
    this.#tell(`rule ${id}: ${actionText(action)}`);
  }

  defaultTaken(_layer: string, action: DefaultAction): void {
    const count = this.#considered;
    this.#tell(`none of ${count} ${count === 1 ? "rule" : "rules"} matches: default ${action}`);
  }

  headerTransformed(_layer: string, _transform: HeaderTransform, before: FlowKey, after: FlowKey): void {
    const [was, is] = [before.toString(), after.toString()];
    this.#tell(was === is ? "headers rewritten, the flow stays" : `headers rewritten: flow ${is}`);
  }

  bodyTransformed(_layer: string, transform: { readonly text: string }): void {
    this.#tell(`body rewritten: ${transform.text}`);
  }

  layerLeft(_layer: string, decision: LayerDecision): void {
    this.#tell(decisionText(decision));
    this.#layer = undefined;
  }

  #tell(text: string): void {
    this.steps.push(this.#layer === undefined ? { text } : { layer: this.#layer, text });
  }
}

function unifiedText(found: UnifiedLookUp): string {
  switch (found.kind) {
    case "hit":
      return "known to the unified flow table, which decides";
    case "tcpGone":
      return "known, but its TCP flow has gone: all layers are asked";
    case "stale":
      return `known under older rules (epoch ${found.epoch}): all layers are asked`;
    case "miss":
      return "not known: all layers are asked";
  }
}

function failedText(failed: FailedPredicate): string {
  return failed.kind === "header" ? predicateText(failed.predicate) : dataPredicateText(failed.predicate);
}

function decisionText(decision: LayerDecision): string {
  switch (decision.kind) {
    case "allow":
      return "passes";
    case "hairpin":
      return "answered in place of the destination";
    case "handlePacket":
      return "handed to the network";
    case "deny":
      return `denied: ${DROP_REASON_NAMES[decision.reason] ?? "?"}`;
    case "error":
      return `fails: ${decision.error.stage}`;
  }
}
