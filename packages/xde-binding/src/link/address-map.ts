// A map by IPv6 address that the packet path can ask with the bytes of a frame, allocating nothing.

import type { Ipv6Addr } from "opte-api";

interface Entry<Value> {
  readonly address: Ipv6Addr;
  readonly bytes: Uint8Array;
  value: Value;
}

/** Maps IPv6 addresses to values. */
export class AddressMap<Value> {
  /** Entries whose addresses have the same hash stand together. */
  readonly #buckets: Map<number, Entry<Value>[]> = new Map();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  set(address: Ipv6Addr, value: Value): void {
    const { bytes } = address;
    const hash = hashAt(bytes, 0);
    const bucket = this.#buckets.get(hash) ?? [];
    const found = bucket.find((entry) => sameAddress(entry.bytes, 0, bytes, 0));
    if (found !== undefined) {
      found.value = value;
      return;
    }
    bucket.push({ address, bytes, value });
    this.#buckets.set(hash, bucket);
    this.#size++;
  }

  get(address: Ipv6Addr): Value | undefined {
    return this.getAt(address.bytes, 0);
  }

  /** The value of the address that stands in `bytes` at `at`. */
  getAt(bytes: Uint8Array, at: number): Value | undefined {
    const bucket = this.#buckets.get(hashAt(bytes, at));
    if (bucket === undefined) return undefined;
    for (const entry of bucket) if (sameAddress(entry.bytes, 0, bytes, at)) return entry.value;
    return undefined;
  }

  /** @returns whether it was there */
  delete(address: Ipv6Addr): boolean {
    const { bytes } = address;
    const hash = hashAt(bytes, 0);
    const bucket = this.#buckets.get(hash) ?? [];
    const rest = bucket.filter((entry) => !sameAddress(entry.bytes, 0, bytes, 0));
    if (rest.length === bucket.length) return false;
    if (rest.length > 0) this.#buckets.set(hash, rest);
    else this.#buckets.delete(hash);
    this.#size--;
    return true;
  }

  clear(): void {
    this.#buckets.clear();
    this.#size = 0;
  }

  /** All entries, in ascending order of address. */
  entries(): (readonly [Ipv6Addr, Value])[] {
    const all = [...this.#buckets.values()].flat();
    return all.toSorted((a, b) => a.address.compare(b.address)).map(({ address, value }) => [address, value]);
  }
}

/** Whether the same 16 bytes stand in `a` at `i` and in `b` at `j`. */
export function sameAddress(a: Uint8Array, i: number, b: Uint8Array, j: number): boolean {
  // Addresses of a network differ in their last bytes, if at all.
  for (let k = 15; k >= 0; k--) if (a[i + k] !== b[j + k]) return false;
  return true;
}

function hashAt(bytes: Uint8Array, at: number): number {
  let hash = 0;
  for (let k = 0; k < 16; k++) {
    // Unwrap: the caller has checked that sixteen bytes stand here.
    hash = (Math.imul(hash, 31) + (bytes[at + k] as number)) | 0;
  }
  return hash;
}
