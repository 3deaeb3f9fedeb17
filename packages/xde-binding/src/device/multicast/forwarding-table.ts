// Where multicast goes on the underlay (spec 05 §15).

import { MulticastUnderlay, type Ipv6Addr } from "opte-api";
import { type DumpMcastForwardingResp, type McastForwardingNextHop, Replication } from "oxide-vpc/api";
import { AddressMap } from "../../link/address-map.js";
import { SourceMatcher } from "./source-matcher.js";

/** A next hop in the form that the packet path needs. */
export interface ForwardingHop extends McastForwardingNextHop {
  /** Its unicast address, by which the way to it is found. */
  readonly address: Uint8Array;
  readonly sources: SourceMatcher;
  /** The two bits of the Geneve option. */
  readonly replicationCode: number;
}

/** Next hops by underlay group, in ascending order of address and VNI. */
export class ForwardingTable {
  readonly #groups: AddressMap<readonly ForwardingHop[]> = new AddressMap();

  /** The next hops of the group whose address stands in `bytes` at `at`. */
  hopsAt(bytes: Uint8Array, at: number): readonly ForwardingHop[] | undefined {
    return this.#groups.getAt(bytes, at);
  }

  /** Adds next hops to a group; one that is there already gets the new replication and filter. */
  add({ address }: MulticastUnderlay, nextHops: readonly McastForwardingNextHop[]): void {
    const hops = [...(this.#groups.get(address) ?? [])];
    for (const hop of nextHops) {
      const known = hops.findIndex((each) => compareHops(each, hop) === 0);
      hops.splice(known < 0 ? hops.length : known, known < 0 ? 0 : 1, forwardingHop(hop));
    }
    this.#groups.set(address, hops.toSorted(compareHops));
  }

  /** Forgets a group. @returns whether it was there */
  remove(underlay: Ipv6Addr): boolean {
    return this.#groups.delete(underlay);
  }

  clear(): void {
    this.#groups.clear();
  }

  dump(): DumpMcastForwardingResp {
    const entries = this.#groups.entries().map(([address, hops]) => ({
      underlay: new MulticastUnderlay(address),
      nextHops: hops.map(({ nextHop, replication, sourceFilter }) => ({ nextHop, replication, sourceFilter })),
    }));
    return { entries };
  }
}

function forwardingHop(hop: McastForwardingNextHop): ForwardingHop {
  return {
    ...hop,
    address: hop.nextHop.addr.bytes,
    sources: new SourceMatcher(hop.sourceFilter),
    replicationCode: Replication.code(hop.replication),
  };
}

function compareHops({ nextHop: a }: McastForwardingNextHop, { nextHop: b }: McastForwardingNextHop): number {
  return a.addr.compare(b.addr) || a.vni - b.vni;
}
