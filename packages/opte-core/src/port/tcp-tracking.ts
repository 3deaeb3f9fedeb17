// What a tracked TCP segment means for its packet and for the flow tables (spec 02 §13.4).

import type { Direction, TcpState as TcpStateName } from "opte-api";
import { FlowKey } from "../flow/flow-id.js";
import { NEW_FLOW, nextTcpState, TCP_STATE_NAMES, TcpState, UNEXPECTED } from "../flow/tcp-matrix.js";
import { NONE } from "../layer/flow-pairs.js";
import { count } from "../layer/layer-stats.js";
import { PROBES } from "../provider/probe-switch.js";
import type { CompleteProviders } from "../provider/providers.js";
import type { TcpStep } from "./observer.js";
import { directionStats, PortStat } from "./port-stats.js";
import type { TcpFlows, TcpSegment } from "./tcp-flows.js";
import type { UftPair } from "./uft-pair.js";

/** What becomes of a packet after its segment was tracked. */
export const TcpOutcome = {
  /** Goes on; its flow is tracked in `slot`. */
  Tracked: 0,
  /** Goes on, but the flow is over: nothing may be cached. */
  Closed: 1,
  /** A unified entry must not serve it: the flow begins anew on the slow path. */
  NewFlow: 2,
  /** Dropped: no legal first segment, or no room. */
  Refused: 3,
} as const;
export type TcpOutcome = (typeof TcpOutcome)[keyof typeof TcpOutcome];

export class TcpTracking {
  /** Slot of the tracked flow after `Tracked`, else -1. */
  slot: number = NONE;

  readonly #port: string;
  readonly #providers: CompleteProviders;
  readonly #tcp: TcpFlows;
  readonly #uft: UftPair;
  readonly #stats: Float64Array;
  readonly #key: FlowKey = new FlowKey();
  readonly #evicted: (flow: FlowKey) => void;

  constructor(port: string, providers: CompleteProviders, tcp: TcpFlows, uft: UftPair, stats: Float64Array) {
    this.#port = port;
    this.#providers = providers;
    this.#tcp = tcp;
    this.#uft = uft;
    this.#stats = stats;
    this.#evicted = (flow) => {
      if (PROBES) providers.probes.flowExpired?.(port, "tcp_flows", flow, 0, 0);
      count(stats, PortStat.TcpEvictions);
    };
  }

  /** A segment that hit a unified entry tied to TCP entry `slot`. After `Closed` the caller still forwards it, then calls {@link close}. */
  hit(dir: Direction, slot: number, flow: FlowKey, segment: TcpSegment, nowMs: number): TcpOutcome {
    const before = this.#tcp.state(slot);
    const next = this.#tcp.run(dir, slot, segment, nowMs);
    // Several inbound flows may come to one outbound flow: to its external address, and to the private one.
    if (dir === "in") this.#tcp.setInbound(slot, flow);
    if (next === before && next !== TcpState.Closed) return TcpOutcome.Tracked;
    if (next === UNEXPECTED) {
      this.#flowDrop(dir, slot, flow, segment);
      return TcpOutcome.Tracked;
    }
    if (next === NEW_FLOW) {
      this.close(dir, slot, flow);
      return TcpOutcome.NewFlow;
    }
    this.#stateChanged(flow, before, next);
    return next === TcpState.Closed ? TcpOutcome.Closed : TcpOutcome.Tracked;
  }

  /**
   * A segment on the slow path.
   *
   * @param outbound the guest-side outbound flow id
   * @param arrived the flow id as the packet arrived
   */
  miss(dir: Direction, outbound: FlowKey, arrived: FlowKey, segment: TcpSegment, nowMs: number): TcpOutcome {
    const slot = this.#tcp.find(outbound);
    this.slot = NONE;
    if (slot < 0) return this.#first(dir, outbound, arrived, segment, nowMs);
    this.#tcp.remember(slot);
    const before = this.#tcp.state(slot);
    const next = this.#tcp.run(dir, slot, segment, nowMs);
    if (next === NEW_FLOW) {
      this.close(dir, slot, arrived);
      return this.#first(dir, outbound, arrived, segment, nowMs);
    }
    if (dir === "in") this.#tcp.setInbound(slot, arrived);
    if (next === UNEXPECTED) {
      this.#flowDrop(dir, slot, outbound, segment);
      this.#unexpected(dir, outbound, before, segment);
    } else if (next === TcpState.Closed) {
      this.#stateChanged(outbound, before, next);
      this.close(dir, slot, arrived);
      return TcpOutcome.Closed;
    } else {
      this.#stateChanged(outbound, before, next);
    }
    this.slot = slot;
    return TcpOutcome.Tracked;
  }

  /**
   * Removes a TCP entry and its unified entries: the outbound one, and the inbound one under which the packet arrived or, for an
   * outbound packet, under which the last inbound one did.
   *
   * @param arrived flow id of the packet that ends the flow
   */
  close(dir: Direction, slot: number, arrived: FlowKey): void {
    const key = this.#key;
    this.#tcp.table.readKey(slot, key);
    if (this.#uft.remove("out", key)) this.#uftClosed("out", key);
    const inboundKnown = dir === "in" || this.#tcp.readInbound(slot, key);
    if (dir === "in") key.copyFrom(arrived);
    if (inboundKnown && this.#uft.remove("in", key)) this.#uftClosed("in", key);
    this.#tcp.remove(slot);
    this.noteGauges();
  }

  /** What a segment will do to its flow, which is tracked in `slot`, or not yet (-1); without a trace of the question. */
  foresee(dir: Direction, slot: number, segment: TcpSegment): Omit<TcpStep, "outcome"> {
    const before = slot < 0 ? TcpState.Closed : this.#tcp.state(slot);
    const next = slot < 0 ? nextTcpState(dir, before, segment.flags, false) : this.#tcp.next(dir, slot, segment);
    const after = next === UNEXPECTED ? "unexpected" : next === NEW_FLOW ? "newFlow" : stateName(next);
    return { before: stateName(before), after };
  }

  /** Publishes the tables' sizes. */
  noteGauges(): void {
    this.#stats[PortStat.TcpFlows] = this.#tcp.table.size;
    this.#stats[directionStats("in") + PortStat.UftFlows] = this.#uft.in.table.size;
    this.#stats[directionStats("out") + PortStat.UftFlows] = this.#uft.out.table.size;
  }

  #first(dir: Direction, outbound: FlowKey, arrived: FlowKey, segment: TcpSegment, nowMs: number): TcpOutcome {
    const state = nextTcpState(dir, TcpState.Closed, segment.flags, false);
    if (state < 0) {
      this.#unexpected(dir, outbound, TcpState.Closed, segment);
      return TcpOutcome.Refused;
    }
    if (state === TcpState.Closed) {
      if (dir === "out" && this.#uft.remove("out", outbound)) this.#uftClosed("out", outbound);
      this.noteGauges();
      return TcpOutcome.Closed;
    }
    const slot = this.#tcp.create(dir, outbound, state, segment, nowMs, this.#evicted);
    if (slot < 0) {
      const text = `TCP flow table full (${this.#tcp.table.limit} entries)`;
      if (PROBES) this.#providers.probes.tcpErr?.(dir, this.#port, outbound, text);
      return TcpOutcome.Refused;
    }
    if (dir === "in") this.#tcp.setInbound(slot, arrived);
    this.#stateChanged(outbound, TcpState.Closed, state);
    this.slot = slot;
    this.noteGauges();
    return TcpOutcome.Tracked;
  }

  #stateChanged(flow: FlowKey, before: number, after: number): void {
    if (before === after) return;
    if (PROBES) this.#providers.probes.tcpFlowState?.(this.#port, flow, stateName(before), stateName(after));
  }

  #flowDrop(dir: Direction, slot: number, flow: FlowKey, segment: TcpSegment): void {
    if (!PROBES || this.#providers.probes.tcpFlowDrop === undefined) return;
    const { tcpState, guestSeq = 0, guestAck = 0, remoteSeq = 0, remoteAck = 0 } = this.#tcp.dumpState(slot);
    const state = { state: tcpState, guestSeq, guestAck, remoteSeq, remoteAck };
    this.#providers.probes.tcpFlowDrop(this.#port, flow, state, dir, segment.flags);
  }

  #unexpected(dir: Direction, flow: FlowKey, state: number, segment: TcpSegment): void {
    if (!PROBES || this.#providers.probes.tcpErr === undefined) return;
    const what = `direction: ${dir}, flow: ${flow.toString()}, state: ${stateName(state)}`;
    const text = `Unexpected TCP segment, ${what}, flags: 0x${segment.flags.toString(16)}`;
    this.#providers.probes.tcpErr(dir, this.#port, flow, text);
  }

  #uftClosed(dir: Direction, flow: FlowKey): void {
    if (PROBES) this.#providers.probes.uftTcpClosed?.(dir, this.#port, flow);
  }
}

/** What was foreseen of a segment, with what came of it. */
export function tcpStep(foreseen: Omit<TcpStep, "outcome">, outcome: TcpOutcome): TcpStep {
  return { ...foreseen, outcome: OUTCOME_NAMES[outcome] };
}

const OUTCOME_NAMES = ["tracked", "closed", "newFlow", "refused"] as const;

function stateName(state: number): TcpStateName {
  return TCP_STATE_NAMES[state] as TcpStateName; // Unwrap: states are 0 to 9, each with a name
}
