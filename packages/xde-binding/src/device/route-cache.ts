// The routes that a port has asked for lately (spec 05 §13).

import type { Ipv6Addr } from "opte-api";
import type { ClockProvider, StatsProvider } from "opte-core";
import { AddressMap } from "../link/address-map.js";
import { addressAt } from "./datapath/probed-address.js";
import type { NextHop, Routes } from "./routes.js";
import { StatCounters } from "../provider/stat-counters.js";
import type { Underlay, UnderlaySlot } from "./underlay.js";
import type { XdeProbes } from "./xde-probes.js";

/** How long a route is used without asking again, in whole milliseconds, the last included. */
const ROUTE_FRESH_MS = 100;
/** A route that was not asked for again within this time is forgotten, in whole milliseconds. */
const ROUTE_PURGE_MS = 1000;
/** Most routes of a port. */
export const ROUTE_CAPACITY = 8192;

/** Names of the counters of block `<port>_route_cache`, in their published order. */
export const ROUTE_CACHE_STAT_FIELDS = [
  "capacity",
  "occupancy",
  "hit",
  "miss",
  "refresh",
  "table_full",
  "error",
] as const;

/** A way out, as the packet path needs it. */
export interface Route {
  readonly link: UnderlaySlot;
  /** Destination and source address of the outer Ethernet header, as they stand there. */
  readonly macs: Uint8Array;
}

interface CachedRoute extends Route {
  /** When the look-up began. */
  readonly askedMs: number;
}

/** What the caches of all ports share. */
export interface RouteCacheContext {
  readonly clock: ClockProvider;
  readonly stats: StatsProvider | undefined;
  readonly probes: XdeProbes;
  readonly routes: Routes;
}

/** Caches the routes of one port by destination and flow hash. */
export class RouteCache {
  readonly stats: StatCounters<(typeof ROUTE_CACHE_STAT_FIELDS)[number]>;
  readonly #port: string;
  readonly #context: RouteCacheContext;
  readonly #destinations: AddressMap<Map<number, CachedRoute>> = new AddressMap();
  #occupancy = 0;

  /** @throws whatever the stats provider throws for a block that it cannot publish */
  constructor(port: string, context: RouteCacheContext) {
    this.#port = port;
    this.#context = context;
    this.stats = new StatCounters(`${port}_route_cache`, ROUTE_CACHE_STAT_FIELDS, context.stats);
    this.stats.set("capacity", ROUTE_CAPACITY);
  }

  /** The route to the address that stands in `bytes` at `at`; undefined if there is none, which is asked anew each time. */
  lookUp(bytes: Uint8Array, at: number, flowHash: number, underlay: Underlay): Route | undefined {
    const { clock, probes } = this.#context;
    const hash = flowHash | 0; // stays a small integer for the map
    const nowMs = clock.nowMs();
    const cached = this.#destinations.getAt(bytes, at)?.get(hash);
    if (cached !== undefined && Math.floor(nowMs - cached.askedMs) <= ROUTE_FRESH_MS) {
      this.stats.add("hit");
      if (probes.routeCacheHit !== undefined) probes.routeCacheHit(this.#port, addressAt(bytes, at), flowHash);
      return cached;
    }
    return this.#ask(addressAt(bytes, at), flowHash, nowMs, cached !== undefined, underlay);
  }

  /** Forgets routes that have not been asked for lately; to be called about once a second. */
  purge(): void {
    const nowMs = this.#context.clock.nowMs();
    for (const [dst, routes] of this.#destinations.entries()) {
      for (const [hash, { askedMs }] of routes) {
        if (Math.floor(nowMs - askedMs) > ROUTE_PURGE_MS) this.#delete(dst, hash, routes);
      }
    }
    this.stats.set("occupancy", this.#occupancy);
  }

  /** Withdraws the counters. */
  close(): void {
    this.stats.close();
  }

  #ask(dst: Ipv6Addr, flowHash: number, nowMs: number, isKnown: boolean, underlay: Underlay): Route | undefined {
    const hash = flowHash | 0;
    this.stats.add(isKnown ? "refresh" : "miss");
    const hop = this.#context.routes.nextHop(dst, flowHash, underlay);
    this.#tell(dst, hop, underlay);
    if (hop.kind === "unresolved") {
      this.stats.add("error");
      const routes = this.#destinations.get(dst);
      if (isKnown && routes !== undefined) this.#delete(dst, hash, routes);
      return undefined;
    }
    const { link, mac } = hop;
    const route = { link, macs: Uint8Array.of(...mac.bytes, ...underlay.link(link).mac.bytes), askedMs: nowMs };
    this.#keep(dst, hash, route, isKnown);
    return route;
  }

  #keep(dst: Ipv6Addr, hash: number, route: CachedRoute, isKnown: boolean): void {
    const { probes } = this.#context;
    if (!isKnown && this.#occupancy >= ROUTE_CAPACITY) {
      this.stats.add("table_full");
      probes.routeCacheFull?.(this.#port, dst, hash >>> 0);
      return;
    }
    const routes = this.#destinations.get(dst) ?? new Map<number, CachedRoute>();
    routes.set(hash, route);
    this.#destinations.set(dst, routes);
    if (isKnown) {
      probes.routeCacheRefresh?.(this.#port, dst, hash >>> 0);
      return;
    }
    this.stats.set("occupancy", ++this.#occupancy);
    probes.routeCacheInsert?.(this.#port, dst, hash >>> 0);
  }

  #delete(dst: Ipv6Addr, hash: number, routes: Map<number, CachedRoute>): void {
    routes.delete(hash);
    this.#occupancy--;
    if (routes.size === 0) this.#destinations.delete(dst);
    this.#context.probes.routeCacheDelete?.(this.#port, dst, hash >>> 0);
  }

  #tell(dst: Ipv6Addr, hop: NextHop, underlay: Underlay): void {
    const { probes } = this.#context;
    if (probes.nextHop === undefined) return;
    if (hop.kind === "unresolved") probes.nextHop(dst, undefined, undefined, undefined, hop.msg);
    else probes.nextHop(dst, hop.gateway, underlay.link(hop.link).mac, hop.mac, "");
  }
}
