// Says who decided about a packet, and why: layer and rule or reason.

import type { FlowId, RuleText } from "opte-core";
import { summarizeFrame } from "../decode/frame-summary.js";
import type { LayerStep } from "./layer-trail.js";
import { endText } from "./packet-text.js";
import type { ProcessedEvent, RecordedEvent, ReplayEvent } from "./replay-event.js";

/** Most fields that a comparison names. */
const MAX_DIFFERENCES = 3;

/** What a summary says before it says what an answer is. */
const ADDRESSES = /^IPv[46] \S+ > \S+ (?:UDP \d+ > \d+ )?/;

/** The decision about a packet, in a few words. */
export function decisionText(event: ReplayEvent): string {
  switch (event.kind) {
    case "unusable":
      return event.reason;
    case "recorded":
      return comparisonText(event);
    default:
      return processedText(event);
  }
}

/** The end of a flow that the outside knows a guest by: an address with a port, or with an echo identifier. */
export function externalEndText(flow: FlowId, end: "src" | "dst"): string {
  if (flow.kind === "ports") return endText(flow[end], end === "src" ? flow.srcPort : flow.dstPort);
  return flow.kind === "icmp" ? `${flow[end].toString()} id ${flow.id}` : flow[end].toString();
}

function processedText(event: ProcessedEvent): string {
  const place = placeText(event.layer, event.ruleId);
  switch (event.verdict) {
    case "modified":
      return [externalText(event), stepsText(event.steps)].filter(Boolean).join("; ");
    case "hairpin":
      return `${place}: ${event.output === undefined ? "" : summarizeFrame(event.output).replace(ADDRESSES, "")}`;
    case "drop":
      return dropText(event, place);
    default:
      return joined(place, event.reason);
  }
}

function dropText({ reason, rule }: ProcessedEvent, place: string): string {
  switch (reason) {
    case "rule":
      return rule === undefined ? place : `${place}: ${ruleText(rule)}`;
    case "action":
    case "handle_pkt":
      return rule === undefined ? `${place}: refused` : `${place}: refused by ${rule.action}`;
    default:
      return joined(place, reason);
  }
}

/** The port's end of a translated flow: `as 10.77.77.13:4096` of what goes out, `at 10.77.77.13:4096` of what comes in. */
function externalText({ direction, externalFlow }: ProcessedEvent): string {
  if (externalFlow === undefined) return "";
  return direction === "out"
    ? `as ${externalEndText(externalFlow, "src")}`
    : `at ${externalEndText(externalFlow, "dst")}`;
}

/** What rules did on a packet's walk; what layers let pass by default or by their own flows goes without saying. */
function stepsText(steps: readonly LayerStep[]): string {
  return steps
    .filter(({ decidedBy }) => decidedBy === "rule")
    .map(({ layer, action = "" }) => `${layer} ${action.replace(/^(?:Meta|Static|Stateful): /, "")}`)
    .join(", ");
}

function ruleText({ action, predicates, dataPredicates }: RuleText): string {
  return [action, ...predicates, ...dataPredicates].join(" ");
}

function placeText(layer: string | undefined, ruleId: number | undefined): string {
  if (layer === undefined) return "";
  return ruleId === undefined ? layer : `${layer} rule ${ruleId}`;
}

function comparisonText({ ours }: RecordedEvent): string {
  if (ours === undefined) return "ours: none";
  const { number, differences } = ours;
  if (differences.length === 0) return `ours to packet ${number}: the same`;
  const named = differences.slice(0, MAX_DIFFERENCES).join(", ");
  const more = differences.length - MAX_DIFFERENCES;
  return `ours to packet ${number} differs in ${named}${more > 0 ? ` and ${more} more` : ""}`;
}

function joined(...texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined && text !== "").join(" ");
}
