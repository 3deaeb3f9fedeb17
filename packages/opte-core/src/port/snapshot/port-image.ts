// A port's whole state apart from its tables: what a snapshot is read into before anything is built of it.
//
// Entries refer to each other by their place in the lists here. Times are ages in ms, because another process has another clock.

import type { FlowDescriptor } from "../../action/action.js";
import type { FlowKey } from "../../flow/flow-id.js";
import type { LayerFlowHalf } from "../../layer/layer-flows.js";
import type { RuleEntry } from "../../rule/rule-entry.js";
import type { TcpFlowRecord } from "../tcp-flows.js";
import type { RecordedTransforms } from "../uft.js";

export interface PortImage {
  readonly epoch: number;
  /** Absent, as are those of all layers, if the image has rules alone: then counting begins anew. */
  readonly stats: readonly number[] | undefined;
  readonly layers: readonly LayerImage[];
  readonly templates: readonly TemplateImage[];
  readonly pairs: readonly PairImage[];
  readonly tcp: readonly TcpImage[];
  readonly uftIn: readonly UftImage[];
  readonly uftOut: readonly UftImage[];
}

export interface LayerImage {
  readonly stats: readonly number[] | undefined;
  readonly in: RulesImage;
  readonly out: RulesImage;
}

export interface RulesImage {
  readonly entries: readonly RuleEntry[];
  readonly nextId: number;
  readonly defaultHits: number;
}

export interface TemplateImage {
  readonly bytes: Uint8Array;
  readonly udpAt: number;
}

/** A pair of a layer; one without halves has dependants. */
export interface PairImage {
  readonly layer: number;
  readonly ageMs: number;
  readonly isKilled: boolean;
  readonly descriptor: FlowDescriptor | undefined;
  readonly halves: readonly LayerFlowHalf[];
}

/** Of parents the one that is asked first stands first. */
export interface TcpImage {
  readonly ageMs: number;
  readonly record: Omit<TcpFlowRecord, "lastHitMs">;
  readonly parentsIn: readonly number[];
  readonly parentsOut: readonly number[];
}

export interface UftImage {
  readonly flow: FlowKey;
  readonly hits: number;
  readonly ageMs: number;
  readonly epoch: number;
  readonly flags: number;
  /** Place of the TCP entry, {@link NO_TCP} or {@link TCP_GONE}. */
  readonly tcp: number;
  readonly parents: readonly number[];
  /** Words of the program, with the template's place for its id; absent for a recorded list. */
  readonly program: readonly number[] | undefined;
  readonly recorded: RecordedTransforms;
  /** Inbound entries: the outbound flow that answers. */
  readonly answer: FlowKey | undefined;
  /** Outbound entries: place of the inbound entry that is their partner, or -1. */
  readonly partner: number;
}

/** The flow is not tracked. */
export const NO_TCP: number = -1;
/** The flow was tracked by an entry that is no more. */
export const TCP_GONE: number = -2;
