// Ports of public addresses, lent to flows one by one (spec 02 §15.2).

import type { IpAddr } from "opte-api";
import type { FiniteResource, Lease, Obtained } from "./resource.js";

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

/** The free ports of a range, in the order in which they came free. */
export interface FreePorts {
  /** The highest port that was never lent; one less than the range's first if all were. */
  readonly highestFresh: number;
  /** Ports that came back; the last is the next to go. */
  readonly returned: readonly number[];
}

/** A pool of ports for each private address. The highest free port goes first, and one that comes back is the next to go. */
export class PortPool implements FiniteResource<IpAddr, ExternalPort> {
  readonly #stocks = new Map<string, PortStock>();
  /** The stock that was asked for last, mostly the only one: a look-up by the address's text takes longer than all else. */
  #last: { readonly privateIp: IpAddr; readonly stock: PortStock } | undefined = undefined;

  /**
   * Maps `privateIp` to a range of ports of `externalIp`; a range whose first exceeds its last holds no port. An earlier mapping is
   * replaced: its ports on loan do not come back to the new one.
   */
  add(privateIp: IpAddr, externalIp: IpAddr, ports: PortSpan): void {
    this.#stocks.set(privateIp.toString(), new PortStock({ externalIp, ports }));
    this.#last = undefined;
  }

  /** Takes a port of the range that `privateIp` is mapped to. */
  obtain(privateIp: IpAddr): Obtained<ExternalPort> {
    const stock = this.#stockOf(privateIp);
    if (stock === undefined) return { kind: "noMatch", key: privateIp.toString() };
    const port = stock.take();
    if (port === undefined) return { kind: "exhausted" };
    const entry = { externalIp: stock.mapping.externalIp, port };
    return { kind: "lease", lease: new PortLease(stock, entry) };
  }

  /** Whether a lease gives its port back to the range that `privateIp` is mapped to now. */
  lends(privateIp: IpAddr, lease: Lease<ExternalPort>): boolean {
    return lease instanceof PortLease && lease.stock === this.#stocks.get(privateIp.toString());
  }

  /** The lease of a port that is not free: of a flow that comes from another pool. `undefined` if `privateIp` is not mapped. */
  leaseOf(privateIp: IpAddr, port: number): Lease<ExternalPort> | undefined {
    const stock = this.#stocks.get(privateIp.toString());
    return stock && new PortLease(stock, { externalIp: stock.mapping.externalIp, port });
  }

  /** Which ports are free for `privateIp`. */
  free(privateIp: IpAddr): FreePorts | undefined {
    return this.#stocks.get(privateIp.toString())?.free;
  }

  /** Sets which ports are free for `privateIp`, which is mapped. */
  setFree(privateIp: IpAddr, free: FreePorts): void {
    this.#stocks.get(privateIp.toString())?.setFree(free);
  }

  /** How many ports are free for `privateIp`; `undefined` if it is not mapped. */
  available(privateIp: IpAddr): number | undefined {
    return this.#stocks.get(privateIp.toString())?.available;
  }

  /** What `privateIp` is mapped to. */
  mapping(privateIp: IpAddr): PortMapping | undefined {
    return this.#stocks.get(privateIp.toString())?.mapping;
  }

  #stockOf(privateIp: IpAddr): PortStock | undefined {
    if (this.#last?.privateIp === privateIp) return this.#last.stock;
    const stock = this.#stocks.get(privateIp.toString());
    if (stock !== undefined) this.#last = { privateIp, stock };
    return stock;
  }
}

/** A stack of ports: those never lent lie in order below those that came back, so only the latter take memory. */
class PortStock {
  readonly mapping: PortMapping;
  #highestFresh: number;
  #returned: number[] = [];

  constructor(mapping: PortMapping) {
    this.mapping = mapping;
    this.#highestFresh = mapping.ports.last;
  }

  get available(): number {
    return Math.max(0, this.#highestFresh - this.mapping.ports.first + 1) + this.#returned.length;
  }

  get free(): FreePorts {
    return { highestFresh: this.#highestFresh, returned: [...this.#returned] };
  }

  setFree({ highestFresh, returned }: FreePorts): void {
    this.#highestFresh = highestFresh;
    this.#returned = [...returned];
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

/** A port on loan from a stock. */
class PortLease implements Lease<ExternalPort> {
  readonly stock: PortStock;
  readonly entry: ExternalPort;

  constructor(stock: PortStock, entry: ExternalPort) {
    this.stock = stock;
    this.entry = entry;
  }

  release(): void {
    this.stock.giveBack(this.entry.port);
  }

  reclaim(): void {
    this.stock.takeBack(this.entry.port);
  }
}
