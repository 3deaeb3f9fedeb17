// Probe points of the engine (spec 02 §17.1): typed callbacks that cost one branch while nobody listens.

import type { Direction } from "opte-api";

/** A flow as a probe sees it: valid during the call only; `toFlowId()` or `toString()` keeps it. */
export interface ProbedFlow {
  toString(): string;
}

/** TCP tracking state as `tcpFlowDrop` reports it; sequence numbers that were never seen are 0. */
export interface TcpProbeState {
  readonly state: string;
  readonly guestSeq: number;
  readonly guestAck: number;
  readonly remoteSeq: number;
  readonly remoteAck: number;
}

/** What a packet's walk ended in: at most two labels, the outcome and its reason (spec 02 §17.2). */
export type ProbeLabels = readonly [string] | readonly [string, string];

/** Which way a packet took: 1 compiled transformation, 2 recorded list, 3 all layers. */
export type ProcessPath = 1 | 2 | 3;

/**
 * Listens to probe points: to trace, to count, to find out why a packet went where it went. Every member is optional, and only what
 * is there is called, as a method of the object.
 *
 * - *Who calls, and when:* the port, in the thread that called it and in the middle of a packet, an expiry or a rule change. A
 *   member may be added or taken away at any time and counts from the next probe point on.
 * - *Must:* take what it needs out of the arguments before it returns. Flows, frames and states are the engine's working memory,
 *   which the next step overwrites; `flow.toString()` and `frame.slice()` make copies.
 * - *Must not:* throw, write to an argument, keep one, return a promise, or call back into the port (which reports that).
 * - *Cost:* one predictable branch at each point while nobody listens. A listener's time is added to every packet that passes it.
 *
 * `probesSuite` of `opte-core/testing` checks an implementation.
 *
 * @typeParam Flow the engine's flow key type
 */
export interface ProbesProvider<Flow extends ProbedFlow = ProbedFlow> {
  /** Each packet that the port accepts for processing. */
  portProcessEntry?(dir: Direction, port: string, flow: Flow, epoch: number, frame: Uint8Array): void;
  /** End of processing: the frame as it goes on, and the answer if there is one. */
  portProcessReturn?(
    dir: Direction,
    port: string,
    before: Flow,
    after: Flow,
    epoch: number,
    labels: ProbeLabels,
    path: ProcessPath,
    frame: Uint8Array,
    hairpin: Uint8Array | undefined,
  ): void;
  /** Each layer that a packet walks through. */
  layerProcessEntry?(dir: Direction, port: string, layer: string, flow: Flow): void;
  layerProcessReturn?(
    dir: Direction,
    port: string,
    layer: string,
    before: Flow,
    after: Flow,
    labels: ProbeLabels,
  ): void;
  ruleMatch?(port: string, layer: string, dir: Direction, flow: Flow, action: string): void;
  ruleNoMatch?(port: string, layer: string, dir: Direction, flow: Flow): void;
  /** A deny *rule*; defaults do not fire it. */
  ruleDeny?(port: string, layer: string, dir: Direction, flow: Flow): void;
  /** A header transformation run by a layer; `location` is `rt-<layer>` (rule) or `ft-<layer>` (flow table). */
  htRun?(port: string, location: string, dir: Direction, before: Flow, after: Flow): void;
  genDescFail?(port: string, layer: string, dir: Direction, flow: Flow, error: string): void;
  genHtFail?(port: string, layer: string, dir: Direction, flow: Flow, error: string): void;
  /** A flow-table entry that expired; both times are 0 when it was evicted. Tables: `uft_in`, `uft_out`, `tcp_flows`, `<layer>_in`, `<layer>_out`. */
  flowExpired?(port: string, table: string, flow: Flow, lastHitMs: number, nowMs: number): void;
  uftHit?(dir: Direction, port: string, flow: Flow, epoch: number, lastHitMs: number): void;
  /** An entry of an older epoch was removed; `epoch` is the entry's. */
  uftInvalidate?(dir: Direction, port: string, flow: Flow, epoch: number): void;
  /** A unified entry removed because its TCP flow closed or began anew. */
  uftTcpClosed?(dir: Direction, port: string, flow: Flow): void;
  tcpFlowState?(port: string, flow: Flow, before: string, after: string): void;
  /** An unexpected segment (which usually is *not* dropped). */
  tcpFlowDrop?(port: string, flow: Flow, state: TcpProbeState, dir: Direction, flags: number): void;
  tcpErr?(dir: Direction, port: string, flow: Flow, text: string): void;
}

/** Nobody listens. */
export const NULL_PROBES: ProbesProvider = {};
