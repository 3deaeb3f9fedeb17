// Statistics blocks that ports and layers publish, kept for whoever reads them out.

import type { StatBlock, StatRegistration, StatsProvider } from "opte-core";

/** Longest name of a block, in bytes of ASCII (spec 02 §17). */
const MAX_NAME_LEN = 30;

/** Holds every registered block under its module and name. */
export class StatsRegistry implements StatsProvider {
  readonly #blocks: Map<string, StatBlock> = new Map();

  /** @throws Error for a name over 30 bytes, with a NUL, or already taken */
  register(block: StatBlock): StatRegistration {
    const { module, name } = block;
    if (name.length > MAX_NAME_LEN) throw new Error(`kstat name too long: ${name}`);
    if (name.includes("\0")) throw new Error(`kstat name contains NUL char: ${JSON.stringify(name)}`);
    const key = `${module}:${name}`;
    if (this.#blocks.has(key)) throw new Error(`Cannot register statistics: "${key}" is registered already`);
    this.#blocks.set(key, block);
    let isRegistered = true;
    return {
      unregister: (): void => {
        // Once withdrawn, the name may be another block's.
        if (isRegistered) this.#blocks.delete(key);
        isRegistered = false;
      },
    };
  }

  /** The counters of every block, by module and name. */
  snapshot(): ReadonlyMap<string, Readonly<Record<string, number>>> {
    const values = new Map<string, Readonly<Record<string, number>>>();
    for (const [key, block] of this.#blocks) {
      values.set(key, Object.fromEntries(block.fields.map((field, i) => [field, block.values[i] ?? 0])));
    }
    return values;
  }
}
