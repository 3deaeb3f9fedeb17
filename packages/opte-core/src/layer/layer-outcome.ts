// What a layer makes of a packet: the codes of the packet path, and the value that says the same to people.

import type { Direction } from "opte-api";
import type { GeneratorError } from "../action/action.js";
import type { BodyTransformError } from "../transform/body-transform.js";
import { DropReason } from "../verdict.js";

/** How a layer lets a packet out. */
export const LayerOutcome = { Allow: 0, Deny: 1, Hairpin: 2, HandlePacket: 3, Error: 4 } as const;
export type LayerOutcome = (typeof LayerOutcome)[keyof typeof LayerOutcome];

/** Why a layer could not process a packet (spec 02 §8.2); the stage names are the reference's variants. */
export type LayerError =
  | { readonly stage: "FlowTableFull"; readonly layer: string; readonly dir: Direction }
  | { readonly stage: "GenDesc" | "GenHdrTransform" | "GenBodyTransform" | "GenPacket"; readonly cause: GeneratorError }
  | { readonly stage: "ModMeta"; readonly cause: GeneratorError }
  | { readonly stage: "HeaderTransform"; readonly header: string }
  | { readonly stage: "BodyTransform"; readonly cause: BodyTransformError };

/** How a packet leaves a layer, with what belongs to it. */
export type LayerDecision =
  | { readonly kind: "allow" | "hairpin" | "handlePacket" }
  | { readonly kind: "deny"; readonly reason: DropReason }
  | { readonly kind: "error"; readonly error: LayerError };

/**
 * The decision behind an outcome.
 *
 * @param reason set with `Deny`
 * @param error set with `Error`
 */
export function decisionOf(outcome: LayerOutcome, reason: DropReason, error: LayerError | undefined): LayerDecision {
  switch (outcome) {
    case LayerOutcome.Allow:
      return { kind: "allow" };
    case LayerOutcome.Deny:
      return { kind: "deny", reason };
    case LayerOutcome.Hairpin:
      return { kind: "hairpin" };
    case LayerOutcome.HandlePacket:
      return { kind: "handlePacket" };
    case LayerOutcome.Error:
      return { kind: "error", error: error as LayerError }; // Unwrap: a layer that fails says why
  }
}

/** What probes say of a decision (spec 02 §17.2). */
export function decisionLabels(decision: LayerDecision): readonly [string] | readonly [string, string] {
  switch (decision.kind) {
    case "allow":
      return ["Allow"];
    case "deny":
      return ["Deny", denyLabel(decision.reason)];
    case "hairpin":
      return ["Hairpin"];
    case "handlePacket":
      return ["HandlePkt"];
    case "error":
      return [`ERROR: ${decision.error.stage}`];
  }
}

/** Why a layer denies, as probes say it (spec 02 §17.2). */
export function denyLabel(reason: DropReason): string {
  return DENY_LABELS[reason] ?? "";
}

const DENY_LABELS: Readonly<Partial<Record<DropReason, string>>> = {
  [DropReason.LayerRule]: "Rule",
  [DropReason.LayerDefault]: "Default",
  [DropReason.LayerAction]: "Action",
};
