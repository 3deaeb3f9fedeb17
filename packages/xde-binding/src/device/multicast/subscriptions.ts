// Which guests of the sled want which multicast (spec 05 §11, §15).

import { IpAddr, MulticastUnderlay } from "opte-api";
import type { DumpMcastSubscriptionsResp, SourceFilter } from "oxide-vpc/api";
import { AddressMap } from "../../link/address-map.js";
import { comparePlaces } from "../port-map.js";
import type { XdePort } from "../xde-port.js";
import { SourceMatcher } from "./source-matcher.js";

/** A port that takes part in an underlay group. */
export interface Subscriber {
  readonly port: XdePort;
  readonly filter: SourceFilter;
  readonly sources: SourceMatcher;
  /** The group that it asked for, by which it can leave even when that is mapped to another underlay group by then. */
  readonly group: IpAddr;
}

/** Subscribers by underlay group. A group without any is forgotten. */
export class Subscriptions {
  readonly #groups: AddressMap<readonly Subscriber[]> = new AddressMap();

  /** Number of groups. */
  get size(): number {
    return this.#groups.size;
  }

  /** The subscribers of the group whose address stands in `bytes` at `at`, in the order of their ports. */
  subscribersAt(bytes: Uint8Array, at: number): readonly Subscriber[] | undefined {
    return this.#groups.getAt(bytes, at);
  }

  /** Subscribes a port, or replaces the filter of its subscription. */
  add({ address }: MulticastUnderlay, group: IpAddr, port: XdePort, filter: SourceFilter): void {
    const others = (this.#groups.get(address) ?? []).filter((each) => each.port !== port);
    const all = [...others, { port, filter, sources: new SourceMatcher(filter), group }];
    this.#groups.set(
      address,
      all.toSorted((a, b) => comparePlaces(a.port, b.port)),
    );
  }

  /**
   * Ends the subscriptions to a group: those to the underlay group that it has now, and those that were made by its name.
   *
   * @param port only those of this port
   */
  remove(group: IpAddr, underlay: MulticastUnderlay | undefined, port?: XdePort): void {
    this.#keep(
      (subscriber, address) =>
        (port !== undefined && subscriber.port !== port) ||
        ((underlay === undefined || !IpAddr.equals(underlay.address, address)) &&
          !IpAddr.equals(subscriber.group, group)),
    );
  }

  /** Ends all subscriptions of a port. */
  removePort(port: XdePort): void {
    this.#keep((subscriber) => subscriber.port !== port);
  }

  /** All subscriptions, with the underlay group of each. */
  entries(): readonly (Subscriber & { readonly underlay: MulticastUnderlay })[] {
    return this.#groups.entries().flatMap(([address, subscribers]) => {
      const underlay = new MulticastUnderlay(address);
      return subscribers.map((subscriber) => ({ ...subscriber, underlay }));
    });
  }

  dump(): DumpMcastSubscriptionsResp {
    const entries = this.#groups.entries().map(([address, subscribers]) => ({
      underlay: new MulticastUnderlay(address),
      subscribers: subscribers.map(({ port, filter }) => ({ port: port.name, filter })),
    }));
    return { entries };
  }

  #keep(isKept: (subscriber: Subscriber, address: IpAddr) => boolean): void {
    for (const [address, subscribers] of this.#groups.entries()) {
      const rest = subscribers.filter((subscriber) => isKept(subscriber, address));
      if (rest.length === subscribers.length) continue;
      if (rest.length > 0) this.#groups.set(address, rest);
      else this.#groups.delete(address);
    }
  }
}
