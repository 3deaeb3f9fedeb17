// Remembers what the engine made of the guest's flows, so that return traffic can be sent to where the outside would send it.

import { type FlowId, FlowKey } from "opte-core";

/** A flow of the guest that left the port, with its packets and bytes as captured. */
export interface ExternalFlow {
  /** As the guest sends it. */
  readonly flow: FlowId;
  /** As it leaves the port, the last time if that changed. */
  readonly external: FlowId;
  readonly packetsOut: number;
  readonly packetsIn: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
}

interface Entry extends ExternalFlow {
  external: FlowId;
  packetsOut: number;
  packetsIn: number;
  bytesOut: number;
  bytesIn: number;
  /** The return traffic's flow outside of the port: `external` mirrored. */
  readonly outside: FlowKey;
}

/** The guest's flows by the flow of their return traffic. */
export class ExternalFlows {
  readonly #byReturnFlow: Map<string, Entry> = new Map();
  readonly #mirror: FlowKey = new FlowKey();

  /** In the order in which they began. */
  get flows(): Iterable<ExternalFlow> {
    return this.#byReturnFlow.values();
  }

  /** Notes a packet of the guest that left the port. @param after its flow behind the port */
  noteOut(flow: FlowKey, after: FlowKey, bytes: number): void {
    this.#mirror.mirrorFrom(flow);
    const name = nameOf(this.#mirror);
    let entry = this.#byReturnFlow.get(name);
    if (entry === undefined) {
      entry = {
        flow: flow.toFlowId(),
        external: after.toFlowId(),
        packetsOut: 0,
        packetsIn: 0,
        bytesOut: 0,
        bytesIn: 0,
        outside: new FlowKey(),
      };
      entry.outside.mirrorFrom(after);
      this.#byReturnFlow.set(name, entry);
    }
    this.#mirror.mirrorFrom(after);
    if (!this.#mirror.equals(entry.outside)) {
      entry.external = after.toFlowId();
      entry.outside.copyFrom(this.#mirror);
    }
    entry.packetsOut++;
    entry.bytesOut += bytes;
  }

  /** Notes a packet of return traffic. @returns its flow outside of the port, absent for traffic that answers nothing */
  noteIn(flow: FlowKey, bytes: number): FlowKey | undefined {
    const entry = this.#byReturnFlow.get(nameOf(flow));
    if (entry === undefined) return undefined;
    entry.packetsIn++;
    entry.bytesIn += bytes;
    return entry.outside;
  }
}

function nameOf(flow: FlowKey): string {
  return flow.words.join();
}
