// Periodic timers on virtual time, with the clock that goes with them: for simulations and for tests of time.

import { checkInterval, type ClockProvider, type PeriodicProvider, type PeriodicTimer } from "opte-core";

interface Entry {
  readonly intervalMs: number;
  readonly callback: () => void;
  /** When the next call is due, in virtual time. */
  dueMs: number;
}

/**
 * Time that passes when it is told to. Hand one instance to a port as its clock and to whoever starts timers as their provider; then
 * every run with the same steps is the same.
 */
export class VirtualTime implements ClockProvider, PeriodicProvider {
  readonly #entries: Set<Entry> = new Set();
  #nowMs = 0;
  #isAdvancing = false;

  nowMs(): number {
    return this.#nowMs;
  }

  start(_name: string, intervalMs: number, callback: () => void): PeriodicTimer {
    checkInterval(intervalMs);
    const entry: Entry = { intervalMs, callback, dueMs: this.#nowMs + intervalMs };
    this.#entries.add(entry);
    return {
      stop: (): void => {
        this.#entries.delete(entry);
      },
    };
  }

  /**
   * Lets time pass, calling each callback at the instant when it is due: in order of time, and those of one instant in the order in
   * which their timers were started.
   *
   * @throws RangeError unless `ms` is a finite number from 0 on; Error when a callback calls it; whatever a callback throws
   */
  advance(ms: number): void {
    if (!(ms >= 0 && Number.isFinite(ms))) throw new RangeError(`Cannot advance time by ${ms} ms`);
    if (this.#isAdvancing) throw new Error("Cannot advance time from a callback: time is advancing already");
    this.#isAdvancing = true;
    try {
      this.#advanceTo(this.#nowMs + ms);
    } finally {
      this.#isAdvancing = false;
    }
  }

  #advanceTo(untilMs: number): void {
    for (let next = this.#nextDue(untilMs); next !== undefined; next = this.#nextDue(untilMs)) {
      this.#nowMs = next.dueMs;
      next.dueMs += next.intervalMs;
      next.callback();
    }
    this.#nowMs = untilMs;
  }

  /** Asked anew after each callback, which may have started and stopped timers. */
  #nextDue(untilMs: number): Entry | undefined {
    let next: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.dueMs <= untilMs && (next === undefined || entry.dueMs < next.dueMs)) next = entry;
    }
    return next;
  }
}
