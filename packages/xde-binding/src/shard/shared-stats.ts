// Statistics of ports of another thread: their counters, copied to shared memory between bursts of packets.

import type { StatBlock, StatRegistration, StatsProvider } from "opte-core";
import { StatsRegistry } from "../provider/stats-registry.js";

/** Tells other threads where a block stands, or that it is gone. */
export type BlockNotice =
  | {
      readonly kind: "block";
      readonly module: string;
      readonly name: string;
      readonly fields: readonly string[];
      /** Offset of the first value, in values. */
      readonly offset: number;
    }
  | { readonly kind: "noBlock"; readonly module: string; readonly name: string };

/** Publishes the blocks of a thread. */
export class SharedStats implements StatsProvider {
  readonly memory: SharedArrayBuffer;
  readonly #shared: Float64Array;
  readonly #registry = new StatsRegistry();
  readonly #blocks = new Map<number, StatBlock>();
  readonly #free: { readonly offset: number; readonly length: number }[] = [];
  readonly #notify: (notice: BlockNotice) => void;
  #end = 0;

  /** @param capacity values that there is room for */
  constructor(capacity: number, notify: (notice: BlockNotice) => void) {
    this.memory = new SharedArrayBuffer(capacity * Float64Array.BYTES_PER_ELEMENT);
    this.#shared = new Float64Array(this.memory);
    this.#notify = notify;
  }

  /** @throws Error as {@link StatsRegistry}, and when there is no room for the block */
  register(block: StatBlock): StatRegistration {
    const { module, name, fields } = block;
    const registration = this.#registry.register(block);
    const offset = this.#place(fields.length);
    if (offset === undefined) {
      registration.unregister();
      throw new Error(`Cannot register statistics: there is no room for the ${fields.length} values of "${name}"`);
    }
    this.#blocks.set(offset, block);
    this.#notify({ kind: "block", module, name, fields, offset });
    return {
      unregister: (): void => {
        if (!this.#blocks.delete(offset)) return;
        registration.unregister();
        this.#free.push({ offset, length: fields.length });
        this.#notify({ kind: "noBlock", module, name });
      },
    };
  }

  /** Copies every counter. */
  publish(): void {
    for (const [offset, block] of this.#blocks) this.#shared.set(block.values, offset);
  }

  /** Blocks have few lengths, so one that was given back fits the next of its kind. */
  #place(length: number): number | undefined {
    const reused = this.#free.findIndex((gap) => gap.length === length);
    if (reused >= 0) return this.#free.splice(reused, 1)[0]?.offset;
    if (this.#end + length > this.#shared.length) return undefined;
    this.#end += length;
    return this.#end - length;
  }
}

/** The blocks of another thread, as of its last burst of packets. */
export class SharedStatsView {
  readonly #shared: Float64Array;
  readonly #blocks = new Map<string, { readonly fields: readonly string[]; readonly offset: number }>();

  constructor(memory: SharedArrayBuffer) {
    this.#shared = new Float64Array(memory);
  }

  note(notice: BlockNotice): void {
    const key = `${notice.module}:${notice.name}`;
    if (notice.kind === "block") this.#blocks.set(key, notice);
    else this.#blocks.delete(key);
  }

  /** The counters of every block, by module and name. */
  snapshot(): ReadonlyMap<string, Readonly<Record<string, number>>> {
    return new Map(
      [...this.#blocks].map(([key, { fields, offset }]) => [
        key,
        Object.fromEntries(fields.map((field, i) => [field, this.#shared[offset + i] ?? 0])),
      ]),
    );
  }
}
