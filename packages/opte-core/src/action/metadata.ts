// Action metadata (spec 01 §13, spec 02 §7): facts that layers tell later layers about one packet.

/** A string map, empty at the start of each slow-path walk, visible to all later layers of that packet, never stored. */
export class ActionMetadata {
  readonly #entries = new Map<string, string>();

  get(key: string): string | undefined {
    return this.#entries.get(key);
  }

  /** Sets `key` and returns the value that it replaces. Keys that start with `opte:` are the engine's own. */
  insert(key: string, value: string): string | undefined {
    const previous = this.#entries.get(key);
    this.#entries.set(key, value);
    return previous;
  }

  remove(key: string): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Whether the destination is reached over internal paths only; anything unreadable counts as no. */
  get isInternalTarget(): boolean {
    return this.#entries.get(INTERNAL_TARGET) === "1";
  }
}

/** Engine key, `1` or `0`: the packet stays inside, so that the underlay's MTU bounds it and not the guest's. */
export const INTERNAL_TARGET = "opte:internal-target";
