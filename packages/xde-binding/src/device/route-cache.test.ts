import { Ipv6Addr, MacAddr } from "opte-api";
import { beforeEach, describe, expect, it } from "vitest";
import { AttachedGuest, settle } from "../../test/guest.js";
import { guest, SledBench } from "../../test/sled-bench.js";
import { StatsRegistry } from "../provider/stats-registry.js";
import { MemoryLink } from "../link/memory-link.js";
import { ROUTE_CACHE_STAT_FIELDS, ROUTE_CAPACITY, RouteCache } from "./route-cache.js";
import type { NextHop, Routes } from "./routes.js";
import { Underlay } from "./underlay.js";

const DST = Ipv6Addr.parse("fd77::1").bytes;
const MAC = MacAddr.parse("02:00:00:00:00:99");

/** Routes that say what they are told to, and how often they were asked. */
class Table implements Routes {
  hop: NextHop = { kind: "found", link: "u1", mac: MAC };
  asked = 0;

  nextHop(): NextHop {
    this.asked++;
    return this.hop;
  }
}

describe("the route cache", () => {
  let nowMs: number;
  let table: Table;
  let underlay: Underlay;
  let cache: RouteCache;
  let stats: StatsRegistry;
  let told: string[];

  beforeEach(() => {
    nowMs = 5000;
    table = new Table();
    const [u1] = MemoryLink.pair("u1", "far");
    const [u2] = MemoryLink.pair("u2", "far");
    underlay = new Underlay(u1, u2);
    stats = new StatsRegistry();
    told = [];
    const tell =
      (name: string) =>
      (port: string, dst: Ipv6Addr, hash: number): void => {
        told.push(`${name} ${port} ${dst.toString()} ${hash}`);
      };
    cache = new RouteCache("opte0", {
      clock: { nowMs: () => nowMs },
      stats,
      routes: table,
      probes: {
        routeCacheHit: tell("hit"),
        routeCacheInsert: tell("insert"),
        routeCacheRefresh: tell("refresh"),
        routeCacheDelete: tell("delete"),
        routeCacheFull: tell("full"),
      },
    });
  });

  const lookUp = (hash = 7): ReturnType<RouteCache["lookUp"]> => cache.lookUp(DST, 0, hash, underlay);
  const counters = (): object | undefined => stats.snapshot().get("xde:opte0_route_cache");

  it("gives link and MAC addresses, and asks once for as long as the answer is fresh, 100 ms included", () => {
    const route = lookUp();
    expect(route?.link).toBe("u1");
    expect(route?.macs).toEqual(Uint8Array.of(...MAC.bytes, ...underlay.u1.mac.bytes));
    nowMs += 100.9;
    expect(lookUp()).toBe(route);
    expect(table.asked).toBe(1);
    expect(counters()).toMatchObject({ miss: 1, hit: 1, refresh: 0, occupancy: 1, capacity: 8192 });
    expect(told).toEqual(["insert opte0 fd77::1 7", "hit opte0 fd77::1 7"]);
  });

  it("asks again for a stale route, which is fresh from then on", () => {
    lookUp();
    table.hop = { kind: "found", link: "u2", mac: MAC };
    nowMs += 101;
    expect(lookUp()?.link).toBe("u2");
    nowMs += 100;
    lookUp();
    expect(table.asked).toBe(2);
    expect(counters()).toMatchObject({ miss: 1, hit: 1, refresh: 1, occupancy: 1 });
    expect(told[1]).toBe("refresh opte0 fd77::1 7");
  });

  it("knows routes by destination and flow hash", () => {
    lookUp(1);
    lookUp(2);
    lookUp(0xffffffff);
    cache.lookUp(Ipv6Addr.parse("fd77::2").bytes, 0, 1, underlay);
    expect(table.asked).toBe(4);
    expect(told.at(2)).toBe("insert opte0 fd77::1 4294967295");
    lookUp(0xffffffff);
    expect(table.asked).toBe(4);
  });

  it("purges what was not asked for within 1000 ms, that one included", () => {
    lookUp(1);
    nowMs += 1;
    lookUp(2);
    nowMs += 1000;
    cache.purge();
    expect(told.at(-1)).toBe("delete opte0 fd77::1 1");
    expect(counters()).toMatchObject({ occupancy: 1 });
    nowMs += 1;
    cache.purge();
    expect(counters()).toMatchObject({ occupancy: 0 });
  });

  it("stores no new routes when it is full, but goes on using and refreshing those it has", () => {
    for (let hash = 0; hash < ROUTE_CAPACITY; hash++) lookUp(hash);
    expect(counters()).toMatchObject({ occupancy: 8192, table_full: 0 });
    expect(lookUp(ROUTE_CAPACITY)?.link).toBe("u1");
    lookUp(ROUTE_CAPACITY);
    expect(counters()).toMatchObject({ occupancy: 8192, table_full: 2, miss: 8194 });
    expect(told.at(-1)).toBe("full opte0 fd77::1 8192");
    nowMs += 101;
    lookUp(5);
    expect(counters()).toMatchObject({ refresh: 1, table_full: 2 });
  });

  it("keeps no route that could not be found, and forgets one that is lost", () => {
    table.hop = { kind: "unresolved", msg: "no neighbour" };
    expect([lookUp(), lookUp()]).toEqual([undefined, undefined]);
    expect(counters()).toMatchObject({ error: 2, miss: 2, occupancy: 0 });
    table.hop = { kind: "found", link: "u1", mac: MAC };
    lookUp();
    table.hop = { kind: "unresolved", msg: "no neighbour" };
    nowMs += 101;
    expect(lookUp()).toBeUndefined();
    cache.purge();
    expect(counters()).toMatchObject({ error: 3, occupancy: 0 });
  });

  it("publishes its counters in the reference's order until it is closed", () => {
    expect(Object.keys(counters() ?? {})).toEqual([...ROUTE_CACHE_STAT_FIELDS]);
    cache.close();
    expect(stats.snapshot().size).toBe(0);
  });
});

describe("a next hop that nobody knows", () => {
  it("costs the frame, with counter and reason: nothing leaves with MAC addresses of zero", async () => {
    const A = guest(1, "fd44::1");
    const B = guest(2, "fd77::1");
    const [near, far] = MemoryLink.pair("u1", "far");
    const sent: number[] = [];
    far.onReceive((batch) => sent.push(batch.length));
    const told: string[] = [];
    const table = new Table();
    const bench = new SledBench([near], {
      routes: table,
      probes: {
        nextHop: (dst, _gateway, _src, _dst, msg) => told.push(`${dst.toString()} ${msg}`),
        frameDrop: (reason, port) => told.push(`${reason} ${port ?? ""}`),
      },
    });
    await bench.underlay("u1", "u1");
    await bench.create(A);
    await bench.knows(B);
    const a = new AttachedGuest(bench, A);
    table.hop = { kind: "unresolved", msg: "no neighbour" };
    a.sendUdp(B.ip4);
    await settle();
    expect(sent).toEqual([]);
    expect(told).toEqual(["fd77::1 no neighbour", "tx_no_next_hop opte0"]);
    expect([bench.stat("error", "opte0_route_cache"), bench.stat("tx_no_next_hop", "xde_drops")]).toEqual([1, 1]);
    table.hop = { kind: "found", link: "u1", mac: MAC };
    a.sendUdp(B.ip4);
    await settle();
    expect(sent).toEqual([1]);
  });
});
