// Time as a capture tells it: the engine's flows grow old by the timestamps of packets.

import type { ClockProvider } from "opte-core";

const NS_PER_MS = 1_000_000n;
const MS_PER_S = 1000;

/** A clock that stands at the latest timestamp, counted from the first; it never goes back, whatever the capture does. */
export class CaptureClock implements ClockProvider {
  #startNs: bigint | undefined;
  #nowMs = 0;
  #sweptS = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  /**
   * Moves on to a packet's time. When that passes the end of one second or several, the clock first stands at the last of
   * them and calls `sweep`: nothing happened in between that could make more calls tell more.
   */
  advance(timestampNs: bigint, sweep: () => void): void {
    this.#startNs ??= timestampNs;
    const nowMs = Number((timestampNs - this.#startNs) / NS_PER_MS);
    if (nowMs <= this.#nowMs) return;
    const second = Math.floor(nowMs / MS_PER_S);
    if (second > this.#sweptS) {
      this.#sweptS = second;
      this.#nowMs = second * MS_PER_S;
      sweep();
    }
    this.#nowMs = nowMs;
  }
}
