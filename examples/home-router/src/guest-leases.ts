// Who has which inside address, and until when.

import type { Ipv4Addr, MacAddr } from "opte-api";
import { guestAddresses, type RouterConfig } from "./router-config.ts";

/** How long an address is a guest's after a DHCP acknowledgement: what the server of opte-core tells it. */
export const LEASE_MS = 86_400_000;
/** How long an offered address waits for the guest's request. */
export const OFFER_MS = 60_000;

export interface GuestLease {
  readonly mac: MacAddr;
  readonly ip: Ipv4Addr;
  readonly expiresMs: number;
}

/** The addresses of the inside network: each is free, reserved, or a guest's. */
export class GuestLeases {
  readonly #reserved: ReadonlyMap<string, Ipv4Addr>;
  /** Longest free first, so that the packets of a former holder's flows have died out. */
  readonly #free: Ipv4Addr[];
  readonly #leases: Map<string, GuestLease> = new Map<string, GuestLease>();

  constructor(config: RouterConfig) {
    this.#reserved = new Map(config.reservations.map(({ mac, ip }) => [mac.toString(), ip]));
    const reserved = config.reservations.map(({ ip }) => ip.value);
    this.#free = guestAddresses(config).filter(({ value }) => !reserved.includes(value));
  }

  /** Sets an address aside for a guest without one; `undefined` when none is free. */
  offer(mac: MacAddr, nowMs: number): GuestLease | undefined {
    const ip = this.#reserved.get(mac.toString()) ?? this.#free.shift();
    if (ip === undefined) return undefined;
    const lease = { mac, ip, expiresMs: nowMs + OFFER_MS };
    this.#leases.set(mac.toString(), lease);
    return lease;
  }

  /** Lets a guest keep its address for {@link LEASE_MS} from now. */
  renew(mac: MacAddr, nowMs: number): void {
    const lease = this.#leases.get(mac.toString());
    if (lease !== undefined) this.#leases.set(mac.toString(), { ...lease, expiresMs: nowMs + LEASE_MS });
  }

  /** Ends the leases whose time is over and returns them. */
  takeExpired(nowMs: number): GuestLease[] {
    const expired = [...this.#leases.values()].filter(({ expiresMs }) => expiresMs <= nowMs);
    for (const { mac, ip } of expired) {
      this.#leases.delete(mac.toString());
      if (!this.#reserved.has(mac.toString())) this.#free.push(ip);
    }
    return expired;
  }

  /** Every lease, in the order in which they were offered. */
  list(): GuestLease[] {
    return [...this.#leases.values()];
  }
}
