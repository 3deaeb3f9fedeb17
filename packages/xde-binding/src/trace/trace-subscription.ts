// One reader of trace events: what it wants to hear, and what it has not read yet.

import type { FlowId, ReadTraceResp, TraceEvent } from "opte-api";
import { FlowKey } from "opte-core";

/** Which events a reader wants. */
export interface TraceFilter {
  /** Only events of this port. */
  readonly portName?: string;
  /** Only events of this flow, in either direction. */
  readonly flow?: FlowId;
}

/** Keeps a bounded number of events; what comes while it is full is counted as lost. */
export class TraceSubscription {
  readonly #capacity: number;
  readonly #port: string | undefined;
  readonly #flow: FlowKey | undefined;
  readonly #mirror: FlowKey | undefined;
  #events: TraceEvent[] = [];
  #lost = 0;

  /** @param capacity most events that wait to be read */
  constructor({ portName, flow }: TraceFilter, capacity: number) {
    this.#capacity = capacity;
    this.#port = portName;
    if (flow === undefined) return;
    this.#flow = new FlowKey();
    this.#flow.setFlowId(flow);
    this.#mirror = new FlowKey();
    this.#mirror.mirrorFrom(this.#flow);
  }

  /**
   * Whether it wants an event.
   *
   * @param ports the ports that the event concerns
   * @param flows the flows that it concerns, if any
   */
  wants(ports: readonly string[], flows: readonly FlowKey[]): boolean {
    if (this.#port !== undefined && !ports.includes(this.#port)) return false;
    const [flow, mirror] = [this.#flow, this.#mirror];
    if (flow === undefined || mirror === undefined) return true;
    return flows.some((each) => each.equals(flow) || each.equals(mirror));
  }

  /** Keeps an event, or counts it as lost. */
  push(event: TraceEvent): void {
    if (this.#events.length < this.#capacity) this.#events.push(event);
    else this.#lost += 1;
  }

  /** Hands out the oldest events, at most `maxEvents`, and how many were lost since the last time. */
  read(maxEvents: number): ReadTraceResp {
    const lost = this.#lost;
    this.#lost = 0;
    return { events: this.#events.splice(0, maxEvents), lost };
  }
}
