// What the device knows: its links, its ports, and the tables that they share (spec 05 §10).

import { Errno, OpteError } from "opte-api";
import { type Frame, type LogProvider, NULL_LOG, type Providers } from "opte-core";
import { restoreVpcPort, VpcMappings, VpcPort, type VpcPortConfig } from "oxide-vpc";
import type { Link } from "../link/link.js";
import { ForwardingTable } from "./multicast/forwarding-table.js";
import { Subscriptions } from "./multicast/subscriptions.js";
import { macNumber, PortMap } from "./port-map.js";
import { RouteCache, type RouteCacheContext } from "./route-cache.js";
import { ROUTES_BY_BOTH_LINKS, type Routes } from "./routes.js";
import { StatCounters } from "../provider/stat-counters.js";
import { Underlay } from "./underlay.js";
import { XDE_DROP_FIELDS, XDE_STAT_FIELDS, type XdeDrop, type XdeStat } from "./xde-stats.js";
import { XdePort } from "./xde-port.js";
import type { XdeProbes } from "./xde-probes.js";

/** What a device is made of. */
export interface XdeOptions {
  /** Of the ports and of the device. Without `periodic`, whoever runs the device calls `tick` once a second. */
  readonly providers: Providers;
  /** The link of this name, if there is one. */
  readonly links: (name: string) => Link | undefined;
  /** Absent: everything goes to the routers at the other ends of the links. */
  readonly routes?: Routes;
  readonly probes?: XdeProbes;
  /**
   * Takes the frames from the underlay that are not for any port, which a network stack of the host may want: neighbour discovery, or
   * whatever else there is. Must not throw.
   */
  readonly onUnclaimed?: (link: Link, frame: Frame) => void;
}

/** Entries of flow tables that are looked at for expiry before packets have their turn: about half a millisecond's work. */
const ENTRIES_AT_ONCE = 512;
/** The outer headers of a guest's frame, without options: Ethernet is not part of an MTU. */
const ENCAPSULATION_LEN = 40 + 8 + 8 + 14;
/** Least MTU of each family (RFC 791 §3.2, RFC 8200 §5). */
const MIN_MTU = { 4: 68, 6: 1280 } as const;

/** The state of a sled. What changes it does so wholly, or throws OpteError and changes nothing. */
export class Sled {
  readonly ports: PortMap = new PortMap();
  readonly mappings: VpcMappings = new VpcMappings();
  readonly subscriptions: Subscriptions = new Subscriptions();
  readonly forwarding: ForwardingTable = new ForwardingTable();
  readonly probes: XdeProbes;
  readonly stats: StatCounters<XdeStat>;
  readonly drops: StatCounters<XdeDrop>;
  readonly #providers: Providers;
  readonly #log: LogProvider;
  readonly #links: (name: string) => Link | undefined;
  readonly #routing: RouteCacheContext;
  readonly #onUnclaimed: XdeOptions["onUnclaimed"];
  /** Ports that may have flows whose time has come. */
  readonly #expiring: Set<XdePort> = new Set();
  #underlay: Underlay | undefined;

  constructor({ providers, links, routes = ROUTES_BY_BOTH_LINKS, probes = {}, onUnclaimed }: XdeOptions) {
    this.#providers = providers;
    this.#log = providers.log ?? NULL_LOG;
    this.#onUnclaimed = onUnclaimed;
    this.#links = links;
    this.probes = probes;
    this.stats = new StatCounters("xde", XDE_STAT_FIELDS, providers.stats);
    this.drops = new StatCounters("xde_drops", XDE_DROP_FIELDS, providers.stats);
    this.#routing = { clock: providers.clock, stats: providers.stats, probes, routes };
  }

  get underlay(): Underlay | undefined {
    return this.#underlay;
  }

  /** Takes two links, which may be the same one. @throws OpteError `System`: ENOENT names the link that is missing, EEXIST */
  setUnderlay(u1: string, u2: string): Underlay {
    if (this.#underlay !== undefined) {
      const { u1: first, u2: second } = this.#underlay;
      throw system(Errno.EEXIST, `the underlay is set already: "${first.name}" and "${second.name}"`);
    }
    this.#underlay = new Underlay(this.#link("u1", u1), this.#link("u2", u2));
    return this.#underlay;
  }

  /** Gives the links back, and forgets where multicast goes. @throws OpteError `System`: ENOENT, EBUSY while there are ports */
  clearUnderlay(): Underlay {
    const underlay = this.#underlay;
    if (underlay === undefined) throw system(Errno.ENOENT, "the underlay is not set");
    if (this.ports.size > 0) throw system(Errno.EBUSY, `the underlay is in use: there are ${this.ports.size} ports`);
    this.forwarding.clear();
    this.#underlay = undefined;
    return underlay;
  }

  /** @throws OpteError `System`, `PortExists`, `MacExists`, `BadName`, `PortCreate` */
  createPort(config: VpcPortConfig): XdePort {
    return this.#addPort((admit) => {
      admit(config);
      return new VpcPort(config, this.mappings, this.#providers);
    });
  }

  /** Creates the port that a snapshot was taken of. @throws OpteError as {@link createPort} */
  restorePort(snapshot: unknown): XdePort {
    return this.#addPort((admit) => restoreVpcPort(snapshot, this.mappings, this.#providers, admit));
  }

  /**
   * {@link restorePort} in place of the port `name`, whose subscriptions stay.
   *
   * @throws OpteError as there; `PortNotFound`; `System` EBUSY while a guest has the port open; `PortCreate` for another port's snapshot
   */
  replacePort(name: string, snapshot: unknown): XdePort {
    const old = this.port(name);
    const subscriptions = this.subscriptions.entries().filter(({ port }) => port === old);
    const backup = old.vpc.snapshot();
    const wasReady = old.engine.state === "ready";
    this.deletePort(name);
    let port: XdePort | undefined;
    try {
      port = this.#addPort((admit) =>
        restoreVpcPort(snapshot, this.mappings, this.#providers, (config) => {
          if (config.name !== name) throw otherPort(config.name, name);
          admit(config);
        }),
      );
    } finally {
      const current = port ?? this.restorePort(backup);
      if (port === undefined && wasReady) current.engine.reset();
      for (const { underlay, group, filter } of subscriptions) this.subscriptions.add(underlay, group, current, filter);
    }
    return port;
  }

  /** @throws OpteError `PortNotFound`; `System` EBUSY while a guest has it open */
  deletePort(name: string): void {
    const port = this.port(name);
    if (port.isOpen) throw system(Errno.EBUSY, `port "${name}" is open`);
    this.ports.remove(port);
    this.#expiring.delete(port);
    this.subscriptions.removePort(port);
    port.routes.close();
    port.vpc.close();
  }

  /** @throws OpteError `PortNotFound` */
  port(name: string): XdePort {
    const port = this.ports.named(name);
    if (port === undefined) throw new OpteError({ kind: "PortNotFound", port: name });
    return port;
  }

  /** Counts a frame that is lost or handed back. */
  drop(reason: XdeDrop, port: string | undefined, frame: Frame): void {
    this.drops.add(reason);
    this.probes.frameDrop?.(reason, port, frame);
  }

  /** Gives back a frame that came in on `link` and is not for any port. */
  handBack(link: Link, frame: Frame): void {
    this.#onUnclaimed?.(link, frame);
  }

  /** Forgets what is old, once a second. @returns whether flows are left whose time has come: {@link expireSome} */
  tick(): boolean {
    for (const port of this.ports.ordered) {
      this.#expiring.add(port);
      port.routes.purge();
    }
    return this.expireSome();
  }

  /** Removes flows whose time has come, so few that packets need not wait long. @returns whether more are left */
  expireSome(): boolean {
    let left = ENTRIES_AT_ONCE;
    for (const port of this.#expiring) {
      if (left <= 0) return true;
      this.#expiring.delete(port);
      if (port.engine.state !== "running") continue;
      left -= port.engine.expireFlows(left);
      // There may be more, and other ports have their turn first.
      if (left <= 0) this.#expiring.add(port);
    }
    return this.#expiring.size > 0;
  }

  /** Withdraws all counters. */
  close(): void {
    for (const { routes, vpc } of this.ports.ordered) {
      routes.close();
      vpc.close();
    }
    this.stats.close();
    this.drops.close();
  }

  /** @param make makes the port once it has been admitted, which changes nothing if it throws */
  #addPort(make: (admit: (config: VpcPortConfig) => void) => VpcPort): XdePort {
    const underlay = this.#underlay;
    if (underlay === undefined) throw system(Errno.EINVAL, "the underlay is not set");
    const admitted: { routes?: RouteCache } = {};
    try {
      const vpc = make((config) => {
        this.#check(config, underlay);
        admitted.routes = this.#routeCache(config.name);
      });
      const { routes } = admitted;
      if (routes === undefined) throw new Error(`Port "${vpc.name}" was made without being admitted`);
      const port = new XdePort(vpc, routes, underlay, this.#log);
      this.ports.add(port);
      return port;
    } catch (error) {
      admitted.routes?.close();
      throw error;
    }
  }

  #check(config: VpcPortConfig, underlay: Underlay): void {
    const { name, guestMac, vni } = config;
    checkMtu(config, underlay.mtu);
    if (name === "" || name.includes("\0")) throw new OpteError({ kind: "BadName" });
    if (this.ports.named(name) !== undefined) throw new OpteError({ kind: "PortExists", port: name });
    if (this.ports.of(vni, macNumber(guestMac)) !== undefined) {
      throw new OpteError({ kind: "MacExists", port: name, vni, mac: guestMac });
    }
  }

  #link(field: "u1" | "u2", name: string): Link {
    const link = this.#links(name);
    if (link === undefined) throw system(Errno.ENOENT, `${field}: link ${JSON.stringify(name)} does not exist`);
    return link;
  }

  #routeCache(port: string): RouteCache {
    try {
      return new RouteCache(port, this.#routing);
    } catch (error) {
      throw new OpteError({ kind: "PortCreate", msg: error instanceof Error ? error.message : String(error) });
    }
  }
}

function checkMtu({ mtu, ipCfg }: VpcPortConfig, underlayMtu: number): void {
  const least = ipCfg.ipv6 === undefined ? MIN_MTU[4] : MIN_MTU[6];
  const most = underlayMtu - ENCAPSULATION_LEN;
  if (mtu >= least && mtu <= most) return;
  const why = mtu < least ? `less than ${least}` : `more than the ${most} that the underlay leaves`;
  throw system(Errno.EINVAL, `mtu: ${mtu} is ${why}`);
}

function otherPort(found: string, wanted: string): OpteError {
  return new OpteError({ kind: "PortCreate", msg: `the snapshot is of port "${found}", not of "${wanted}"` });
}

function system(errno: number, msg: string): OpteError {
  return new OpteError({ kind: "System", errno, msg });
}
