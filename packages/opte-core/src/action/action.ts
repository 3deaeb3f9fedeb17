// Actions of rules (spec 02 §5) and the interfaces of the generators behind them.

import type { Direction } from "opte-api";
import type { Packet } from "../packet/packet.js";
import type { Frame } from "../packet/frame.js";
import type { Predicate } from "../predicate/predicate.js";
import type { DataPredicate } from "../predicate/data-predicate.js";
import type { BodyTransform } from "../transform/body-transform.js";
import type { HeaderTransform } from "../transform/header-transform.js";
import type { ActionMetadata } from "./metadata.js";

/** What a rule does to a packet that it matches. */
export type Action =
  /** On to the next layer, no state. */
  | { readonly kind: "allow" }
  /** On to the next layer; a flow-table pair lets the answers in. */
  | { readonly kind: "statefulAllow" }
  /** Drop, reason *rule*. */
  | { readonly kind: "deny" }
  /** The network definition decides (`NetworkDefinition.handlePacket`). */
  | { readonly kind: "handlePacket" }
  | { readonly kind: "meta"; readonly generator: MetaGenerator }
  | { readonly kind: "static"; readonly generator: StaticGenerator }
  | { readonly kind: "stateful"; readonly generator: StatefulGenerator }
  | { readonly kind: "hairpin"; readonly generator: HairpinGenerator };

/** A layer's default, where no rule matches. */
export type DefaultAction = "allow" | "statefulAllow" | "deny";

/** Why a generator failed. Becomes the processing error named in spec 02 §5.1; the layer logs it. */
export type GeneratorError =
  | { readonly kind: "resourceExhausted"; readonly name: string }
  | { readonly kind: "malformed" }
  | { readonly kind: "missingMetadata"; readonly key: string }
  | { readonly kind: "parseBody"; readonly text: string }
  | { readonly kind: "unexpected"; readonly message: string };

/** A generator refuses the packet: dropped with reason *action*. */
export interface Refusal {
  readonly kind: "deny";
}

export const REFUSAL: Refusal = { kind: "deny" };

/** A generator says that it succeeded without a value of its own. */
export interface Done {
  readonly kind: "done";
}

export const DONE: Done = { kind: "done" };

/** A generator cannot make sense of the packet. */
export const MALFORMED: GeneratorError = { kind: "malformed" };

interface Generator {
  /** Detail printed behind the kind: `Meta: vpc-meta`. */
  readonly text: string;
  /** Predicates that every rule with this action starts from (spec 02 §5, "Implicit predicates"). */
  readonly implicitPredicates?: readonly Predicate[];
  readonly implicitDataPredicates?: readonly DataPredicate[];
}

/** Edits the action metadata of a packet. */
export interface MetaGenerator extends Generator {
  modify(dir: Direction, packet: Packet, metadata: ActionMetadata): Done | Refusal | GeneratorError;
}

/** Makes a header transformation for each packet, without state. */
export interface StaticGenerator extends Generator {
  headerTransform(dir: Direction, packet: Packet, metadata: ActionMetadata): Generated<HeaderTransform>;
}

/**
 * Makes the descriptor of a new flow. A dry run asks for one too, and releases it at its end; other state that generators keep is
 * their own business, so what an answer depends on should change by `release` or by configuration only.
 */
export interface StatefulGenerator extends Generator {
  describe(dir: Direction, packet: Packet, metadata: ActionMetadata): Generated<FlowDescriptor>;
}

/** A value, a refusal or an error. */
export type Generated<T> = { readonly kind: "value"; readonly value: T } | Refusal | GeneratorError;

/** What a stateful action keeps for a flow; shared by both directions of its flow-table pair (spec 02 §5.2). */
export interface FlowDescriptor {
  /** Shown in flow-table dumps: `NAT`, `SNAT`. */
  readonly name: string;
  /** The transformation for one packet of the flow; may edit metadata. Called for every packet on the slow path. */
  headerTransform(dir: Direction, metadata: ActionMetadata): HeaderTransform;
  /** The body transformation for the flow, if the packet at hand (its body is not empty) calls for one. */
  bodyTransform?(dir: Direction, packet: Packet): Generated<BodyTransform | undefined>;
  /** Whether the entry may live on after a soft rule change (spec 02 §8.4). Absent: no. */
  isValid?(): boolean;
  /** Gives back finite resources. Called exactly once, when the flow-table pair and all its dependants are gone. */
  release?(): void;
  /**
   * Takes the same resources again, as if they had not been released: undoes a `release` of a dry run, after everything that came
   * behind it. Without it a dry run does not release the resources of flows that exist, so what they block stays blocked.
   */
  reclaim?(): void;
}

/** Answers a packet in place of its destination. */
export interface HairpinGenerator extends Generator {
  /** Writes the complete answer into `reply` (call `reply.reset(length)` first). */
  reply(dir: Direction, packet: Packet, reply: Frame): Done | Refusal | GeneratorError;
}

/** Text of an action, as dumps print it (spec 02 §5): `Allow`, `Stateful Allow`, `Deny`, `Meta: …`, …. */
export function actionText(action: Action): string {
  switch (action.kind) {
    case "allow":
      return "Allow";
    case "statefulAllow":
      return "Stateful Allow";
    case "deny":
      return "Deny";
    case "handlePacket":
      return "Handle Packet";
    case "meta":
      return `Meta: ${action.generator.text}`;
    case "static":
      return `Static: ${action.generator.text}`;
    case "stateful":
      return `Stateful: ${action.generator.text}`;
    case "hairpin":
      return `Hairpin: ${action.generator.text}`;
  }
}

/** Text of a default action (spec 02 §4.1). */
export function defaultActionText(action: DefaultAction): string {
  return action === "statefulAllow" ? "stateful allow" : action;
}
