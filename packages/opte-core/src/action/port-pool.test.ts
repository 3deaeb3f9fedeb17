import { Ipv4Addr, Ipv6Addr } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortPool, type ExternalPort } from "./port-pool.js";
import type { Lease } from "./resource.js";

const privateIp = Ipv4Addr.parse("192.168.2.8");
const neighbor = Ipv4Addr.parse("192.168.2.33");
const externalIp = Ipv4Addr.parse("52.10.128.69");

function poolOf(first: number, last: number): PortPool {
  const pool = new PortPool();
  pool.add(privateIp, externalIp, { first, last });
  return pool;
}

function take(pool: PortPool): Lease<ExternalPort> {
  const obtained = pool.obtain(privateIp);
  if (obtained.kind !== "lease") throw new Error(`Cannot take a port: ${obtained.kind}`);
  return obtained.lease;
}

describe("a port pool", () => {
  it("lends the highest free port first", () => {
    const pool = poolOf(1025, 1028);
    expect([take(pool), take(pool), take(pool)].map((lease) => lease.entry.port)).toEqual([1028, 1027, 1026]);
  });

  it("lends next the port that came back last", () => {
    const pool = poolOf(1, 4);
    const [four, three, two] = [take(pool), take(pool), take(pool)];
    four.release();
    two.release();
    three.release();
    expect([take(pool), take(pool), take(pool), take(pool)].map((lease) => lease.entry.port)).toEqual([3, 2, 4, 1]);
  });

  it("lends as if a port had not come back, once that was undone", () => {
    const pool = poolOf(1, 4);
    const [four, three] = [take(pool), take(pool)];
    four.release();
    const other = take(pool);
    other.release();
    three.release();
    three.reclaim();
    expect(pool.available(privateIp)).toBe(3);
    expect([take(pool), take(pool), take(pool)].map((lease) => lease.entry.port)).toEqual([4, 2, 1]);
  });

  it("is exhausted when all ports are lent, and takes none back by itself", () => {
    const pool = poolOf(7, 7);
    const lease = take(pool);
    expect(pool.obtain(privateIp)).toEqual({ kind: "exhausted" });
    lease.release();
    expect(take(pool).entry).toEqual({ externalIp, port: 7 });
  });

  it("holds nothing in a range whose first port exceeds its last", () => {
    const pool = poolOf(8, 7);
    expect(pool.available(privateIp)).toBe(0);
    expect(pool.obtain(privateIp)).toEqual({ kind: "exhausted" });
  });

  it("lends port 0 and port 65535 where the range has them", () => {
    const pool = poolOf(0, 0);
    expect(take(pool).entry.port).toBe(0);
    expect(take(poolOf(65535, 65535)).entry.port).toBe(65535);
  });

  it("names the private address that it does not know", () => {
    expect(poolOf(1, 2).obtain(neighbor)).toEqual({ kind: "noMatch", key: "192.168.2.33" });
    expect(poolOf(1, 2).available(neighbor)).toBeUndefined();
    expect(poolOf(1, 2).mapping(neighbor)).toBeUndefined();
  });

  it("counts the ports of each private address apart (nat_mappings)", () => {
    const pool = poolOf(1024, 1030);
    pool.add(neighbor, externalIp, { first: 1031, last: 1040 });
    expect([pool.available(privateIp), pool.available(neighbor)]).toEqual([7, 10]);
    const lease = take(pool);
    expect(lease.entry).toEqual({ externalIp, port: 1030 });
    expect([pool.available(privateIp), pool.available(neighbor)]).toEqual([6, 10]);
    lease.release();
    expect([pool.available(privateIp), pool.available(neighbor)]).toEqual([7, 10]);
  });

  it("keeps mappings of both families (test_nat_pool_different_ip_types)", () => {
    const pool = poolOf(1, 9);
    const [private6, external6] = [Ipv6Addr.parse("fd00::5"), Ipv6Addr.parse("2001:db8::1")];
    pool.add(private6, external6, { first: 100, last: 200 });
    expect(pool.mapping(privateIp)).toEqual({ externalIp, ports: { first: 1, last: 9 } });
    expect(pool.mapping(private6)).toEqual({ externalIp: external6, ports: { first: 100, last: 200 } });
  });

  it("keeps ports of a replaced mapping out of the new one", () => {
    const pool = poolOf(1, 3);
    const old = take(pool);
    pool.add(privateIp, externalIp, { first: 10, last: 10 });
    old.release();
    expect(pool.available(privateIp)).toBe(1);
    expect(take(pool).entry.port).toBe(10);
  });

  it("hands out ports like a stack filled in ascending order, and none twice", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.array(fc.oneof(fc.constant(-1), fc.nat(20)), { maxLength: 100 }), (count, steps) => {
        const pool = poolOf(1, count);
        const free = Array.from({ length: count }, (_, i) => i + 1);
        const lent: Lease<ExternalPort>[] = [];
        for (const step of steps) {
          if (step < 0) {
            const expected = free.pop();
            const obtained = pool.obtain(privateIp);
            expect(obtained.kind === "lease" ? obtained.lease.entry.port : undefined).toBe(expected);
            if (obtained.kind === "lease") lent.push(obtained.lease);
          } else {
            for (const lease of lent.splice(step, 1)) {
              lease.release();
              free.push(lease.entry.port);
            }
          }
          expect(pool.available(privateIp)).toBe(free.length);
        }
      }),
    );
  });
});
