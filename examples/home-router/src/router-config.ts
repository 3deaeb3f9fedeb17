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

/** The addresses that guests can have: the first of the subnet, without its network address and the router's own. */
export function guestAddresses({ inside, guestLimit }: RouterConfig): Ipv4Addr[] {
  const first = inside.subnet.network.value + 1;
  const addresses = Array.from({ length: guestLimit + 1 }, (_, i) => Ipv4Addr.fromNumber(first + i));
  return addresses.filter((address) => !address.equals(inside.ip)).slice(0, guestLimit);
}

/** @throws OpteError `PortCreate` for a configuration that contradicts itself. */
export function checkConfig(config: RouterConfig): void {
  const { inside, guestLimit, reservations, forwards } = config;
  // Network address, broadcast address and the router's own are no guest's.
  const roomForGuests = 2 ** (32 - inside.subnet.prefixLen) - 3;
  require(inside.subnet.isMember(inside.ip), `inside.ip ${inside.ip.toString()} is not in ${inside.subnet.toString()}`);
  require(Number.isInteger(guestLimit) &&
    guestLimit >= 1 &&
    guestLimit <=
      roomForGuests, `guestLimit ${guestLimit} is not 1 to ${roomForGuests}, the room in ${inside.subnet.toString()}`);
  const addresses = new Set(guestAddresses(config).map(String));
  for (const ip of [...reservations, ...forwards.map(({ guestIp }) => ({ ip: guestIp }))].map(({ ip }) =>
    ip.toString(),
  )) {
    require(addresses.has(ip), `${ip} is no guest's address`);
  }
  requireDistinct(
    "reservations[].ip",
    reservations.map(({ ip }) => ip.toString()),
  );
  requireDistinct(
    "reservations[].mac",
    reservations.map(({ mac }) => mac.toString()),
  );
  requireDistinct(
    "forwards[].outsidePort",
    forwards.map(({ protocol, outsidePort }) => `${protocol}/${outsidePort}`),
  );
  for (const { outsidePort } of forwards) {
    require(outsidePort < FIRST_NAT_PORT, `forwards[].outsidePort ${outsidePort} is not below ${FIRST_NAT_PORT}`);
  }
}

function requireDistinct(field: string, values: readonly string[]): void {
  require(new Set(values).size === values.length, `${field} names the same twice: ${values.join(", ")}`);
}

function require(holds: boolean, otherwise: string): void {
  if (!holds) throw new OpteError({ kind: "PortCreate", msg: otherwise });
}
