// What a replay tells of each packet of a capture.

import type { Direction } from "opte-api";
import type { FlowId, ProcessPath, RuleText } from "opte-core";
import type { LayerStep } from "./layer-trail.js";

/** One packet of the capture and what became of it. */
export type ReplayEvent = ProcessedEvent | RecordedEvent | UnusableEvent;

/** What every event has. */
export interface EventBase {
  /** Place in the capture, from 1. */
  readonly number: number;
  /** Nanoseconds since 1970-01-01 UTC. */
  readonly timestampNs: bigint;
  /** Nanoseconds since the first packet; negative where a capture goes back in time. */
  readonly elapsedNs: bigint;
  /** `out` from the guest, `in` to it. */
  readonly direction: Direction;
  /** The packet as captured: a view of the capture. */
  readonly captured: Uint8Array;
  /** Its flow as captured, that is with the guest's own address; absent for ARP and for what cannot be parsed. */
  readonly flow?: FlowId;
}

/** A packet that went through the port: `guest` from the guest, `return` from the outside. */
export interface ProcessedEvent extends EventBase {
  readonly kind: "guest" | "return";
  readonly verdict: VerdictName;
  readonly path: PathName;
  /** The frame as the port was given it: with encapsulation when it came from the outside. */
  readonly input: Uint8Array;
  /** What came out: the rewritten frame of a modified packet, the answer of a hairpin. */
  readonly output?: Uint8Array;
  /** The flow as the outside sees it, in this packet's direction, where the port translates it. */
  readonly externalFlow?: FlowId;
  /** What the layers did; empty where the packet did not walk through them. */
  readonly steps: readonly LayerStep[];
  /** The layer that decided, where one did. */
  readonly layer?: string;
  /** The rule of that layer that decided, where one did. */
  readonly ruleId?: number;
  readonly rule?: RuleText;
  /** Why it was dropped or could not be processed. */
  readonly reason?: string;
}

/** A packet that the recorded gateway sent itself, not fed in: our port answers in its place. */
export interface RecordedEvent extends EventBase {
  readonly kind: "recorded";
  /** Our answer to what it answers; absent where we answered nothing. */
  readonly ours?: OurAnswer;
}

/** What the port said where the recorded gateway said something else. */
export interface OurAnswer {
  /** Number of the packet that it answered. */
  readonly number: number;
  readonly frame: Uint8Array;
  /** Fields whose values differ from the recorded answer's, as in `IPv4 ttl`. */
  readonly differences: readonly string[];
}

/** A packet that cannot be given to a port: not Ethernet, or cut short. */
export interface UnusableEvent extends EventBase {
  readonly kind: "unusable";
  readonly reason: string;
}

/** Outcomes as printed (vectors/FORMAT.md, "Results of packet"). */
export const VERDICTS = ["modified", "hairpin", "drop", "parse_error", "error"] as const;
export type VerdictName = (typeof VERDICTS)[number];

/** Which way a packet took: the flow's compiled program, its recorded list of transformations, or all layers. */
export type PathName = "compiled" | "list" | "layers";

/** Names of the engine's paths. */
export const PATH_NAMES: Readonly<Record<ProcessPath, PathName>> = { 1: "compiled", 2: "list", 3: "layers" };
