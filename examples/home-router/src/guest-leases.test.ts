import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ipv4Addr, MacAddr } from "opte-api";
import { demoConfig } from "./demo.ts";
import { GuestLeases, LEASE_MS, OFFER_MS } from "./guest-leases.ts";

const mac = (number: number): MacAddr => MacAddr.fromWords(0x0200, number);
const reserved = { mac: mac(1), ip: Ipv4Addr.parse("192.168.1.3") };
const config = { ...demoConfig, guestLimit: 3, reservations: [reserved] };

describe("GuestLeases", () => {
  it("offers the first free address, and a reserved one to its guest alone", () => {
    const leases = new GuestLeases(config);
    const given = [2, 1, 3, 4].map((number) => leases.offer(mac(number), 0)?.ip.toString());
    expect(given).toEqual(["192.168.1.2", "192.168.1.3", "192.168.1.4", undefined]);
  });

  it("takes an offer back that nobody has asked for, and keeps an acknowledged address for a day", () => {
    const leases = new GuestLeases(config);
    leases.offer(mac(2), 0);
    leases.offer(mac(3), 0);
    leases.renew(mac(3), OFFER_MS - 1);
    expect(leases.takeExpired(OFFER_MS - 1)).toEqual([]);
    expect(leases.takeExpired(OFFER_MS).map((lease) => lease.mac)).toEqual([mac(2)]);
    expect(leases.takeExpired(OFFER_MS - 2 + LEASE_MS)).toEqual([]);
    expect(leases.takeExpired(OFFER_MS - 1 + LEASE_MS).map((lease) => lease.mac)).toEqual([mac(3)]);
  });

  it("gives out last the address that became free last", () => {
    const leases = new GuestLeases(config);
    leases.offer(mac(2), 0);
    leases.takeExpired(OFFER_MS);
    expect([3, 4].map((number) => leases.offer(mac(number), 0)?.ip.toString())).toEqual(["192.168.1.4", "192.168.1.2"]);
  });

  it("never gives an address to two guests, nor forgets one", () => {
    const step = fc.record({ guest: fc.integer({ min: 1, max: 6 }), waitMs: fc.nat(OFFER_MS), renews: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const leases = new GuestLeases(config);
        let nowMs = 0;
        for (const { guest, waitMs, renews } of steps) {
          nowMs += waitMs;
          leases.takeExpired(nowMs);
          const has = leases.list().some((lease) => lease.mac.equals(mac(guest)));
          const before = leases.list().length;
          if (renews) leases.renew(mac(guest), nowMs);
          else if (!has) {
            const othersFull = leases.list().filter((lease) => !lease.ip.equals(reserved.ip)).length === 2;
            expect(leases.offer(mac(guest), nowMs) === undefined).toBe(guest !== 1 && othersFull);
          }
          expect(leases.list().length).toBeGreaterThanOrEqual(before);
          const addresses = leases.list().map((lease) => lease.ip.toString());
          expect(new Set(addresses).size).toBe(addresses.length);
        }
      }),
    );
  });
});
