// Ports of public addresses, lent to flows one by one (spec 02 §15.2).

import type { IpAddr } from "opte-api";
import type { FiniteResource, Obtained } from "./resource.js";

/** An inclusive range of ports, or of whatever else a pool numbers so, such as echo ids. */
export interface PortSpan {
  readonly first: number;
  readonly last: number;
}

/** What a private address is mapped to. */
export interface PortMapping {
  readonly externalIp: IpAddr;
  readonly ports: PortSpan;
}

/** A port of a public address. */
export interface ExternalPort {
  readonly externalIp: IpAddr;
  readonly port: number;
}

/** A pool of ports for each private address. The highest free port goes first, and one that comes back is the next to go. */
export class PortPool implements FiniteResource<IpAddr, ExternalPort> {
  readonly #stocks = new Map<string, PortStock>();

  /**
   * Maps `privateIp` to a range of ports of `externalIp`; a range whose first exceeds its last holds no port. An earlier mapping is
   * replaced: its ports on loan do not come back to the new one.
   */
  add(privateIp: IpAddr, externalIp: IpAddr, ports: PortSpan): void {
    this.#stocks.set(privateIp.toString(), new PortStock({ externalIp, ports }));
  }

  /** Takes a port of the range that `privateIp` is mapped to. */
  obtain(privateIp: IpAddr): Obtained<ExternalPort> {
    const key = privateIp.toString();
    const stock = this.#stocks.get(key);
    if (stock === undefined) return { kind: "noMatch", key };
    const port = stock.take();
    if (port === undefined) return { kind: "exhausted" };
    const entry = { externalIp: stock.mapping.externalIp, port };
    return {
      kind: "lease",
      lease: { entry, release: () => stock.giveBack(port), reclaim: () => stock.takeBack(port) },
    };
  }

  /** How many ports are free for `privateIp`; `undefined` if it is not mapped. */
  available(privateIp: IpAddr): number | undefined {
    return this.#stocks.get(privateIp.toString())?.available;
  }

  /** What `privateIp` is mapped to. */
  mapping(privateIp: IpAddr): PortMapping | undefined {
    return this.#stocks.get(privateIp.toString())?.mapping;
  }
}

/** A stack of ports: those never lent lie in order below those that came back, so only the latter take memory. */
class PortStock {
  readonly mapping: PortMapping;
  #highestFresh: number;
  readonly #returned: number[] = [];

  constructor(mapping: PortMapping) {
    this.mapping = mapping;
    this.#highestFresh = mapping.ports.last;
  }

  get available(): number {
    return Math.max(0, this.#highestFresh - this.mapping.ports.first + 1) + this.#returned.length;
  }

  take(): number | undefined {
    const returned = this.#returned.pop();
    if (returned !== undefined) return returned;
    if (this.#highestFresh < this.mapping.ports.first) return undefined;
    this.#highestFresh -= 1;
    return this.#highestFresh + 1;
  }

  giveBack(port: number): void {
    this.#returned.push(port);
  }

  /** Takes out a port that came back. */
  takeBack(port: number): void {
    this.#returned.splice(this.#returned.lastIndexOf(port), 1);
  }
}
