// Sets of tunnel endpoints: few of them serve many prefixes, so equal ones are kept once.

import type { TunnelEndpoint } from "../api/model.js";

interface Kept {
  readonly endpoints: readonly TunnelEndpoint[];
  readonly key: string;
  /** How many have taken it and not yet given it back. */
  uses: number;
}

/** Numbered sets; equal ones have the same number. */
export class EndpointSets {
  readonly #kept: (Kept | undefined)[] = [];
  readonly #numbers: Map<string, number> = new Map();
  readonly #free: number[] = [];

  /** Number of distinct sets in use. */
  get size(): number {
    return this.#numbers.size;
  }

  /** The number of a set, one more of whose users the caller is. @param endpoints in ascending order of address */
  take(endpoints: readonly TunnelEndpoint[]): number {
    const key = keyOf(endpoints);
    const number = this.#numbers.get(key) ?? this.#free.pop() ?? this.#kept.length;
    const kept = this.#kept[number] ?? { endpoints, key, uses: 0 };
    kept.uses++;
    this.#kept[number] = kept;
    this.#numbers.set(key, number);
    return number;
  }

  /** Gives a set back; one without users is forgotten. */
  release(number: number): void {
    const kept = this.#kept[number];
    if (kept === undefined || --kept.uses > 0) return;
    this.#kept[number] = undefined;
    this.#numbers.delete(kept.key);
    this.#free.push(number);
  }

  /** The endpoints of a set in use. */
  get(number: number): readonly TunnelEndpoint[] {
    return this.#kept[number]?.endpoints ?? [];
  }
}

function keyOf(endpoints: readonly TunnelEndpoint[]): string {
  return endpoints.map(({ ip, vni }) => String.fromCharCode(...ip.groups, vni >>> 16, vni & 0xffff)).join("");
}
