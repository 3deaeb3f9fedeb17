// The xde device in user space: the ports of a sled, between their guests and the underlay (spec 05 §10–§18).

import { type IpAddr, type MulticastUnderlay, NO_RESP } from "opte-api";
import type { PeriodicProvider, PeriodicTimer } from "opte-core";
import type { VpcMappings, VpcPort, VpcPortConfig } from "oxide-vpc";
import type { SourceFilter, XdeCommands } from "oxide-vpc/api";
import type { CommandHandlers } from "../ioctl/handlers.js";
import type { FrameReceiver } from "../link/link.js";
import { Datapath } from "./datapath/datapath.js";
import { GuestPort } from "./guest-port.js";
import { engineHandlers } from "./handlers/engine-handlers.js";
import { mappingHandlers } from "./handlers/mapping-handlers.js";
import { multicastHandlers } from "./handlers/multicast-handlers.js";
import { portHandlers } from "./handlers/port-handlers.js";
import { Sled, type XdeOptions } from "./sled.js";

/** Between one {@link Xde.tick} and the next. */
export const TICK_MS = 1000;
/** Between one slice of an expiry and the next: {@link Xde.expireSome}. */
export const SLICE_MS = 10;

/** A port's part in a group. */
export interface Subscription {
  readonly underlay: MulticastUnderlay;
  /** By which the port asked for it. */
  readonly group: IpAddr;
  readonly portName: string;
  readonly filter: SourceFilter;
}

/** A device. It runs in one thread; neither its packet paths nor its timer throw. */
export class Xde {
  /** What it answers the commands of a client with. */
  readonly handlers: CommandHandlers<XdeCommands>;
  readonly #sled: Sled;
  readonly #datapath: Datapath;
  readonly #periodic: PeriodicProvider | undefined;
  readonly #timer: PeriodicTimer | undefined;
  /** Runs while flows are left whose time has come. */
  #expiry: PeriodicTimer | undefined;

  constructor(options: XdeOptions) {
    const sled = new Sled(options);
    this.#sled = sled;
    this.#datapath = new Datapath(sled);
    this.handlers = {
      ...portHandlers(sled),
      ...engineHandlers(sled),
      ...mappingHandlers(sled),
      ...multicastHandlers(sled),
      SetXdeUnderlay: ({ u1, u2 }) => {
        for (const link of sled.setUnderlay(u1, u2).links) {
          link.onReceive((batch) => {
            this.#datapath.receive(link, batch);
          });
        }
        return NO_RESP;
      },
      ClearXdeUnderlay: () => {
        for (const link of sled.clearUnderlay().links) link.onReceive(undefined);
        return NO_RESP;
      },
    };
    this.#periodic = options.providers.periodic;
    this.#timer = this.#periodic?.start("xde", TICK_MS, () => {
      this.tick();
    });
  }

  /** What all ports know of the world around them. */
  get mappings(): VpcMappings {
    return this.#sled.mappings;
  }

  /** The ports, in ascending order of VNI and MAC address. */
  get ports(): readonly VpcPort[] {
    return this.#sled.ports.ordered.map(({ vpc }) => vpc);
  }

  /** The port of this name. @throws OpteError `PortNotFound` */
  port(name: string): VpcPort {
    return this.#sled.port(name).vpc;
  }

  /**
   * Creates a port as `CreateXde` does, with tables of given sizes.
   *
   * @throws OpteError `System` (EINVAL: no underlay, MTU out of range), `PortExists`, `MacExists`, `BadName`, `PortCreate`
   */
  createPort(config: VpcPortConfig): VpcPort {
    return this.#sled.createPort(config).vpc;
  }

  /**
   * Creates the port that `VpcPort.snapshot` wrote down, in state *restored* until a guest opens it.
   *
   * @throws OpteError as {@link createPort}; `PortCreate` for a snapshot that is damaged
   */
  restorePort(snapshot: unknown): VpcPort {
    return this.#sled.restorePort(snapshot).vpc;
  }

  /**
   * {@link restorePort} in place of the port `name`, whose subscriptions stay.
   *
   * @throws OpteError as {@link restorePort}; `PortNotFound`; `System` EBUSY while a guest has the port open; `PortCreate` if the snapshot
   *   is of a port of another name. Then everything is as it was
   */
  replacePort(name: string, snapshot: unknown): VpcPort {
    return this.#sled.replacePort(name, snapshot).vpc;
  }

  /** Who subscribes to which groups, in the order of the underlay groups and of the ports. */
  get subscriptions(): readonly Subscription[] {
    return this.#sled.subscriptions
      .entries()
      .map(({ underlay, group, port, filter }) => ({ underlay, group, portName: port.name, filter }));
  }

  /** The links of the underlay, by name; absent if it is not set. */
  get underlay(): { readonly u1: string; readonly u2: string } | undefined {
    const { underlay } = this.#sled;
    return underlay && { u1: underlay.u1.name, u2: underlay.u2.name };
  }

  /**
   * Opens a port for a guest. With the first guest the port begins to run; with the last that closes it, its flows are forgotten. A port
   * that is open cannot be deleted.
   *
   * @param receiver takes the frames for the guest: lent, and not to be changed, because others may have the port open too. It may send.
   * @throws OpteError `PortNotFound`
   */
  attach(portName: string, receiver: FrameReceiver): GuestPort {
    return new GuestPort(this.#sled.port(portName), this.#datapath, receiver);
  }

  /**
   * Lets flows and routes expire; to be called once a second where the providers have no timers. It stops packets for less than a
   * millisecond, and so may leave flows: with timers they go in the course of the next second, else by {@link expireSome}.
   *
   * @returns whether flows are left whose time has come
   */
  tick(): boolean {
    const isMore = this.#sled.tick();
    if (isMore) {
      this.#expiry ??= this.#periodic?.start("xde expiry", SLICE_MS, () => {
        this.expireSome();
      });
    }
    return isMore;
  }

  /** Goes on with what the last {@link tick} left. @returns whether there is more */
  expireSome(): boolean {
    const isMore = this.#sled.expireSome();
    if (!isMore) {
      this.#expiry?.stop();
      this.#expiry = undefined;
    }
    return isMore;
  }

  /** Ends it: its links bring no more frames, and its counters and those of its ports are withdrawn. It must not be used afterwards. */
  close(): void {
    this.#timer?.stop();
    this.#expiry?.stop();
    for (const link of this.#sled.underlay?.links ?? []) link.onReceive(undefined);
    this.#sled.close();
  }
}
