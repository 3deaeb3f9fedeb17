// Requests that the engine answers for any network, and their responses (spec 05 §4, §5).

import type { FlowId } from "./flow-id.js";
import type { TcpState } from "./tcp-state.js";
import type { Uint64 } from "./uint64.js";

/** Names the port that a request is about. */
export interface PortReq {
  readonly portName: string;
}

export type ListLayersReq = PortReq;
export type DumpUftReq = PortReq;
export type DumpTcpFlowsReq = PortReq;
export type ClearUftReq = PortReq;

export interface DumpLayerReq extends PortReq {
  /** The layer. */
  readonly name: string;
}

export interface ClearLftReq extends PortReq {
  readonly layerName: string;
}

/** Names of the two links to the underlay. */
export interface SetXdeUnderlayReq {
  readonly u1: string;
  readonly u2: string;
}

/** The answer of commands that have nothing to say. */
export interface NoResp {
  /** Zero; there because no answer may be empty. */
  readonly unused: Uint64;
}

/** The {@link NoResp} that a device sends. */
export const NO_RESP: NoResp = { unused: 0 };

export interface ListLayersResp {
  /** As outbound packets pass them. */
  readonly layers: readonly LayerDesc[];
}

export interface LayerDesc {
  readonly name: string;
  /** Number of rules, defaults not counted. */
  readonly rulesIn: Uint64;
  readonly rulesOut: Uint64;
  /** Text of the default action. */
  readonly defaultIn: string;
  readonly defaultOut: string;
  /** Entries of the layer's flow table. */
  readonly flows: number;
}

export interface DumpLayerResp {
  readonly name: string;
  /** In evaluation order. */
  readonly rulesIn: readonly RuleTableEntryDump[];
  readonly rulesOut: readonly RuleTableEntryDump[];
  readonly defaultIn: string;
  readonly defaultInHits: Uint64;
  readonly defaultOut: string;
  readonly defaultOutHits: Uint64;
  readonly ftIn: FlowEntriesDump;
  readonly ftOut: FlowEntriesDump;
}

export interface RuleTableEntryDump {
  readonly id: Uint64;
  readonly hits: Uint64;
  readonly rule: RuleDump;
}

/** A rule in the texts that people read. */
export interface RuleDump {
  readonly priority: number;
  readonly predicates: readonly string[];
  readonly dataPredicates: readonly string[];
  readonly action: string;
}

/** Entries of one direction's flow table, in flow-id order. */
export type FlowEntriesDump = readonly (readonly [FlowId, FlowEntryDump])[];

export interface FlowEntryDump {
  readonly hits: Uint64;
  /** What the entry does to packets. */
  readonly summary: string;
}

export interface DumpUftResp {
  /** Most entries that the table holds. */
  readonly inLimit: number;
  readonly inNumFlows: number;
  readonly inFlows: FlowEntriesDump;
  readonly outLimit: number;
  readonly outNumFlows: number;
  readonly outFlows: FlowEntriesDump;
}

export interface DumpTcpFlowsResp {
  /** By outbound flow, in flow-id order. */
  readonly flows: readonly (readonly [FlowId, TcpFlowEntryDump])[];
}

export interface TcpFlowEntryDump {
  readonly hits: Uint64;
  /** The same flow as it comes in; absent until an inbound segment was seen. */
  readonly inboundUfid?: FlowId;
  readonly tcpState: TcpFlowStateDump;
  readonly segsIn: Uint64;
  readonly segsOut: Uint64;
  readonly bytesIn: Uint64;
  readonly bytesOut: Uint64;
}

/** State of a connection, with the numbers last seen from each side. */
export interface TcpFlowStateDump {
  readonly tcpState: TcpState;
  readonly guestSeq?: number;
  readonly guestAck?: number;
  readonly remoteSeq?: number;
  readonly remoteAck?: number;
}
