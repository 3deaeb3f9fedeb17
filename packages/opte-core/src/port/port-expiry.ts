// The order in which a port's flows expire, at once or in slices.

import type { FlowKey } from "../flow/flow-id.js";
import { PROBES } from "../provider/probe-switch.js";
import type { FlowExpiryListener } from "./dependant-entries.js";
import type { PortParts } from "./port-parts.js";

/** Expires the flows of one port. */
export class PortExpiry {
  readonly #parts: PortParts;
  /** From TCP flows over unified entries to layers: those that expire hand their last hit to their parents. */
  readonly #tables: readonly ((nowMs: number, key: FlowKey, most: number) => number)[];
  /** Tables that an expiry in slices is done with; the next slice goes on behind them. */
  #done = 0;

  constructor(parts: PortParts) {
    this.#parts = parts;
    const { tcp, uft, layers } = parts;
    const tcpExpired = this.#tell("tcp_flows");
    const inExpired = this.#tell("uft_in");
    const outExpired = this.#tell("uft_out");
    this.#tables = [
      (nowMs, key, most) => tcp.expire(nowMs, key, tcpExpired, most),
      (nowMs, key, most) => uft.in.expire(nowMs, key, inExpired, most),
      (nowMs, key, most) => uft.out.expire(nowMs, key, outExpired, most),
      ...layers.map((layer) => (nowMs: number, key: FlowKey, most: number) => layer.expireFlows(nowMs, key, most)),
    ];
  }

  /** @returns how many entries were looked at; if fewer than `most`, nothing is left whose time has come */
  run(most: number): number {
    const { providers, scratchKey, tracking } = this.#parts;
    const nowMs = providers.clock.nowMs();
    if (most === Infinity) this.#done = 0;
    let looked = 0;
    for (const expire of this.#tables.slice(this.#done)) {
      looked += expire(nowMs, scratchKey, most - looked);
      if (looked >= most) break;
      this.#done++;
    }
    if (looked < most) this.#done = 0;
    tracking.noteGauges();
    return looked;
  }

  #tell(table: string): FlowExpiryListener {
    const { port, providers } = this.#parts;
    return (flow, lastHitMs, nowMs) => {
      if (PROBES) providers.probes.flowExpired?.(port, table, flow, lastHitMs, nowMs);
    };
  }
}
