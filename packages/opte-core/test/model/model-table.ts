// A bounded table of flows as one writes it without a thought for speed: a map, sorted whenever an order is asked for (spec 02 §9).

import { compareFlows, type ModelFlow } from "./model-flow.js";

export interface TableEntry {
  readonly flow: ModelFlow;
  /** Look-ups after the creation. */
  hits: number;
}

export class ModelTable<Entry extends TableEntry> {
  readonly limit: number;
  readonly #entries: Map<string, Entry> = new Map();

  constructor(limit: number) {
    this.limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(flow: ModelFlow): Entry | undefined {
    return this.#entries.get(flow.text);
  }

  set(entry: Entry): void {
    this.#entries.set(entry.flow.text, entry);
  }

  /** Whether this very entry is in the table. */
  holds(entry: Entry): boolean {
    return this.get(entry.flow) === entry;
  }

  delete(flow: ModelFlow): void {
    this.#entries.delete(flow.text);
  }

  values(): Entry[] {
    return [...this.#entries.values()];
  }

  /** Entries in flow-id order. */
  sorted(): Entry[] {
    return this.values().sort((a, b) => compareFlows(a.flow, b.flow));
  }

  clear(): void {
    this.#entries.clear();
  }
}
