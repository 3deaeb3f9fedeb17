// What a home router is told: its two sides, who always gets which address, and what the outside may reach.

import { type Ipv4Cidr, Ipv4Addr, type MacAddr, OpteError } from "opte-api";

/** A home router's configuration, fixed for its life. */
export interface RouterConfig {
  /** The router as its guests see it. */
  readonly inside: { readonly mac: MacAddr; readonly ip: Ipv4Addr; readonly subnet: Ipv4Cidr };
  /** The router as the provider sees it, and the provider's gateway, where everything goes. */
  readonly outside: { readonly mac: MacAddr; readonly ip: Ipv4Addr; readonly nextHop: MacAddr };
  /** How many guests may have an address at a time. */
  readonly guestLimit: number;
  /** Guests that always get the same address. */
  readonly reservations: readonly Reservation[];
  readonly forwards: readonly Forward[];
  /** Name servers that guests are told of. */
  readonly nameServers: readonly Ipv4Addr[];
}

export interface Reservation {
  readonly mac: MacAddr;
  readonly ip: Ipv4Addr;
}

/** What arrives at a port of the outside address goes to a port of a guest. */
export interface Forward {
  /** IP protocol: 6 TCP, 17 UDP. */
  readonly protocol: number;
  readonly outsidePort: number;
  readonly guestIp: Ipv4Addr;
  readonly guestPort: number;
}

/** First port that NAT lends to guests; forwards stay below, so that the two never meet. */
export const FIRST_NAT_PORT = 32_768;

/** Most guests of any router, so that each has a fair number of NAT ports. */
const MAX_GUESTS = 1024;

/** The addresses that guests can have: the first of the subnet, without its network address and the router's own. */
export function guestAddresses({ inside, guestLimit }: RouterConfig): Ipv4Addr[] {
  const first = inside.subnet.network.value + 1;
  const addresses = Array.from({ length: guestLimit + 1 }, (_, i) => Ipv4Addr.fromNumber(first + i));
  return addresses.filter((address) => !address.equals(inside.ip)).slice(0, guestLimit);
}

/** @throws OpteError `PortCreate` for a configuration that contradicts itself. */
export function checkConfig(config: RouterConfig): void {
  const { inside, guestLimit, reservations, forwards } = config;
  const size = 2 ** (32 - inside.subnet.prefixLen);
  const host = inside.ip.value - inside.subnet.network.value;
  refuseUnless(host > 0 && host < size - 1, `inside.ip ${inside.ip.toString()} is no host of inside.subnet`);
  // Network address, broadcast address and the router's own are no guest's.
  const mostGuests = Math.min(size - 3, MAX_GUESTS);
  const isLimit = Number.isInteger(guestLimit) && guestLimit >= 1 && guestLimit <= mostGuests;
  refuseUnless(isLimit, `guestLimit ${guestLimit} is not 1 to ${mostGuests}`);
  const addresses = new Set(guestAddresses(config).map(String));
  for (const ip of [...reservations.map(({ ip }) => ip), ...forwards.map(({ guestIp }) => guestIp)]) {
    refuseUnless(addresses.has(ip.toString()), `${ip.toString()} is no guest's address`);
  }
  const guests = reservations.map(({ mac }) => mac.toString());
  const reserved = reservations.map(({ ip }) => ip.toString());
  const forwarded = forwards.map(({ protocol, outsidePort }) => `${protocol}/${outsidePort}`);
  refuseUnless(areDistinct(guests), `reservations[].mac names the same twice: ${guests.join(", ")}`);
  refuseUnless(areDistinct(reserved), `reservations[].ip names the same twice: ${reserved.join(", ")}`);
  refuseUnless(areDistinct(forwarded), `forwards[].outsidePort names the same twice: ${forwarded.join(", ")}`);
  for (const { outsidePort } of forwards) {
    refuseUnless(outsidePort < FIRST_NAT_PORT, `forwards[].outsidePort ${outsidePort} is not below ${FIRST_NAT_PORT}`);
  }
}

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

function refuseUnless(holds: boolean, otherwise: string): void {
  if (!holds) throw new OpteError({ kind: "PortCreate", msg: otherwise });
}
