// The ports of a sled, by name and by what a frame says of its destination (spec 05 §11).

import type { MacAddr, Vni } from "opte-api";
import type { XdePort } from "./xde-port.js";

/** Finds ports; lists them in ascending order of VNI and MAC address. */
export class PortMap {
  readonly #byName: Map<string, XdePort> = new Map();
  readonly #byVni: Map<number, Map<number, XdePort>> = new Map();
  #ordered: readonly XdePort[] = [];

  get size(): number {
    return this.#byName.size;
  }

  /** All ports in order. */
  get ordered(): readonly XdePort[] {
    return this.#ordered;
  }

  /** The port with exactly this name. */
  named(name: string): XdePort | undefined {
    return this.#byName.get(name);
  }

  /** The port of a guest. @param mac as {@link macNumber} has it */
  of(vni: number, mac: number): XdePort | undefined {
    return this.#byVni.get(vni)?.get(mac);
  }

  /** Adds a port whose name and whose address in its VPC are free. */
  add(port: XdePort): void {
    this.#byName.set(port.name, port);
    const guests = this.#byVni.get(port.vni) ?? new Map<number, XdePort>();
    guests.set(macNumber(port.mac), port);
    this.#byVni.set(port.vni, guests);
    this.#ordered = [...this.#byName.values()].toSorted((a, b) => comparePlaces(a, b));
  }

  remove(port: XdePort): void {
    this.#byName.delete(port.name);
    const guests = this.#byVni.get(port.vni);
    guests?.delete(macNumber(port.mac));
    if (guests?.size === 0) this.#byVni.delete(port.vni);
    this.#ordered = this.#ordered.filter((each) => each !== port);
  }
}

/** A MAC address as one unsigned number. */
export function macNumber({ hi, lo }: MacAddr): number {
  return hi * 2 ** 32 + lo;
}

/** The MAC address that stands in a frame, as {@link macNumber} has it. */
export function macNumberAt(bytes: Uint8Array, at: number): number {
  let number = 0;
  for (let i = 0; i < 6; i++) {
    // Unwrap: the caller has checked that six bytes stand here.
    number = number * 256 + (bytes[at + i] as number);
  }
  return number;
}

/** Negative, zero or positive as `a` is listed and served before, with or after `b`. */
export function comparePlaces(
  a: { readonly vni: Vni; readonly mac: MacAddr },
  b: { readonly vni: Vni; readonly mac: MacAddr },
): number {
  return a.vni - b.vni || a.mac.compare(b.mac);
}
