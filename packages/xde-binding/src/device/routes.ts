// Where frames go on the underlay: the next hop of a destination (spec 05 §13).

import { type Ipv6Addr, Ipv6Cidr, type MacAddr } from "opte-api";
import type { Underlay, UnderlaySlot } from "./underlay.js";

/** The next router on the way to a destination, or why none is known. */
export type NextHop =
  | {
      readonly kind: "found";
      /** The link that leads to it. */
      readonly link: UnderlaySlot;
      /** Its MAC address. */
      readonly mac: MacAddr;
      /** Its address; absent for a destination that is on the link itself. */
      readonly gateway?: Ipv6Addr;
    }
  | { readonly kind: "unresolved"; readonly msg: string };

/**
 * Knows the way to underlay addresses: a table, or the routes and neighbours of an operating system. The device asks once for many
 * packets and keeps the answer for a while (`RouteCache`).
 */
export interface Routes {
  /**
   * The next hop to a destination. Does not throw.
   *
   * @param flowHash the same for all packets of a flow: chooses among equal routes
   * @param underlay the links there are
   */
  nextHop(dst: Ipv6Addr, flowHash: number, underlay: Underlay): NextHop;
}

/** One line of a {@link StaticRoutes}. */
export interface StaticRoute {
  readonly dest: Ipv6Cidr;
  readonly link: UnderlaySlot;
  /** MAC address of the next hop; absent: the router at the other end of the link. */
  readonly mac?: MacAddr;
  readonly gateway?: Ipv6Addr;
}

/** A fixed table. The longest prefix wins; among routes of equal length the flow's hash chooses. */
export class StaticRoutes implements Routes {
  readonly #routes: readonly StaticRoute[];

  constructor(routes: readonly StaticRoute[]) {
    this.#routes = routes.toSorted((a, b) => b.dest.prefixLen - a.dest.prefixLen);
  }

  nextHop(dst: Ipv6Addr, flowHash: number, underlay: Underlay): NextHop {
    const fitting = this.#routes.filter(({ dest }) => dest.isMember(dst));
    const best = fitting.filter(({ dest }) => dest.prefixLen === fitting[0]?.dest.prefixLen);
    const route = best[flowHash % best.length];
    if (route === undefined) return { kind: "unresolved", msg: `no route to ${dst.toString()}` };
    const { link, mac = underlay.link(link).routerMac, gateway } = route;
    return gateway === undefined ? { kind: "found", link, mac } : { kind: "found", link, mac, gateway };
  }
}

/** Everything goes to the routers at the other ends of both links, one link for each flow. */
export const ROUTES_BY_BOTH_LINKS: Routes = new StaticRoutes([
  { dest: Ipv6Cidr.parse("::/0"), link: "u1" },
  { dest: Ipv6Cidr.parse("::/0"), link: "u2" },
]);
