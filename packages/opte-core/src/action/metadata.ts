// Action metadata (spec 01 §13, spec 02 §7): facts that layers tell later layers about one packet.

/**
 * A string map, empty at the start of each slow-path walk, visible to all later layers of that packet, never stored. A packet has a handful
 * of entries, which are compared one by one; the lists keep their places from packet to packet.
 */
export class ActionMetadata {
  readonly #keys: string[] = [];
  readonly #values: string[] = [];
  #size = 0;

  get(key: string): string | undefined {
    const at = this.#find(key);
    return at < 0 ? undefined : this.#values[at];
  }

  /** Sets `key` and returns the value that it replaces. Keys that start with `opte:` are the engine's own. */
  insert(key: string, value: string): string | undefined {
    const at = this.#find(key);
    if (at < 0) {
      this.#keys[this.#size] = key;
      this.#values[this.#size++] = value;
      return undefined;
    }
    const previous = this.#values[at];
    this.#values[at] = value;
    return previous;
  }

  remove(key: string): boolean {
    const at = this.#find(key);
    if (at < 0) return false;
    const last = --this.#size;
    this.#keys[at] = this.#keys[last] ?? "";
    this.#values[at] = this.#values[last] ?? "";
    return true;
  }

  clear(): void {
    this.#size = 0;
  }

  /** Whether the destination is reached over internal paths only; anything unreadable counts as no. */
  get isInternalTarget(): boolean {
    return this.get(INTERNAL_TARGET) === "1";
  }

  /** Where `key` stands in both lists, or -1. */
  #find(key: string): number {
    for (let at = 0; at < this.#size; at++) if (this.#keys[at] === key) return at;
    return -1;
  }
}

/** Engine key, `1` or `0`: the packet stays inside, so that the underlay's MTU bounds it and not the guest's. */
export const INTERNAL_TARGET = "opte:internal-target";
