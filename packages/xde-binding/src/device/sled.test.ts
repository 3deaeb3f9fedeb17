import { IpAddr, MacAddr, Vni } from "opte-api";
import type { StatsProvider } from "opte-core";
import { beforeEach, describe, expect, it } from "vitest";
import { errorOf } from "../../test/error-of.js";
import { createReq, guest, SledBench, VNI } from "../../test/sled-bench.js";
import { MemoryLink } from "../link/memory-link.js";
import { StatsRegistry } from "../provider/stats-registry.js";
import { Xde } from "./xde.js";

const A = guest(1, "fd44::1");
const B = guest(2, "fd44::1");

/** Everything that a client can see of the sled as a whole. */
async function visible({ xde: { handlers }, stats }: SledBench): Promise<object> {
  return {
    ports: await handlers.ListPorts(undefined),
    v2p: await handlers.DumpVirt2Phys(undefined),
    subscriptions: await handlers.DumpMcastSubscriptions(undefined),
    blocks: [...stats.snapshot().keys()],
  };
}

let bench: SledBench;

beforeEach(async () => {
  bench = await SledBench.withUnderlay();
});

describe("creating a port", () => {
  it("lists it, ready, with its addresses, in the order of VNI and MAC address", async () => {
    await bench.create(B, [4]);
    await bench.create(A);
    const { ports } = await bench.xde.handlers.ListPorts(undefined);
    expect(ports).toEqual([
      {
        name: "opte0",
        macAddr: A.mac,
        ip4Addr: A.ip4,
        floatingIp4Addrs: [],
        ip6Addr: A.ip6,
        floatingIp6Addrs: [],
        state: "ready",
      },
      { name: "opte1", macAddr: B.mac, ip4Addr: B.ip4, floatingIp4Addrs: [], state: "ready" },
    ]);
  });

  it("publishes the counters of port, layers and route cache, and maps the guest's addresses", async () => {
    await bench.create(A);
    expect([...bench.stats.snapshot().keys()]).toEqual(
      [
        "xde",
        "xde_drops",
        "opte0_route_cache",
        "opte0",
        "opte0_gateway",
        "opte0_firewall",
        "opte0_router",
        "opte0_nat",
        "opte0_overlay",
      ].map((name) => `xde:${name}`),
    );
    const { mappings } = await bench.xde.handlers.DumpVirt2Phys(undefined);
    expect(mappings).toEqual([
      { vni: VNI, ip4: [[A.ip4, { ether: A.mac, ip: A.physIp }]], ip6: [[A.ip6, { ether: A.mac, ip: A.physIp }]] },
    ]);
  });

  it("lists the layers in outbound order", async () => {
    await bench.create(A);
    const { layers } = await bench.xde.handlers.ListLayers({ portName: A.name });
    expect(layers.map(({ name }) => name)).toEqual(["gateway", "firewall", "router", "nat", "overlay"]);
  });

  /** Requests that must fail, and with what. */
  const faults: readonly (readonly [what: string, change: Parameters<typeof changed>[0], error: object])[] = [
    ["a name in use", {}, { kind: "PortExists", port: "opte0" }],
    [
      "a MAC address in use in the VPC",
      { xdeDevname: "opte9" },
      { kind: "MacExists", port: "opte9", vni: VNI, mac: A.mac },
    ],
    ["a name without a letter", { xdeDevname: "" }, { kind: "BadName" }],
    ["a name with a NUL", { xdeDevname: "a\0b", cfg: { guestMac: MacAddr.ZERO } }, { kind: "BadName" }],
    [
      "a name whose counters' names would be cut",
      { xdeDevname: "x".repeat(19), cfg: { guestMac: MacAddr.ZERO } },
      { kind: "PortCreate", msg: `kstat name too long: ${"x".repeat(19)}_route_cache` },
    ],
    [
      "a name whose counters are another port's",
      { xdeDevname: "opte0_nat", cfg: { guestMac: MacAddr.ZERO } },
      { kind: "PortCreate", msg: 'Cannot register statistics: "xde:opte0_nat" is registered already' },
    ],
    ["an MTU below IPv6's least", { xdeDevname: "opte9", mtu: 1279 }, { kind: "System", errno: 22 }],
    ["an MTU that the underlay cannot carry", { xdeDevname: "opte9", mtu: 8931 }, { kind: "System", errno: 22 }],
  ];

  function changed(change: {
    readonly xdeDevname?: string;
    readonly mtu?: number;
    readonly cfg?: { readonly guestMac: MacAddr };
  }): ReturnType<typeof createReq> {
    const req = createReq(A);
    return { ...req, ...change, cfg: { ...req.cfg, ...change.cfg } };
  }

  it.each(faults)("with %s fails and leaves nothing behind, mappings included", async (_what, change, error) => {
    await bench.create(A);
    const before = await visible(bench);
    expect(await errorOf(() => bench.xde.handlers.CreateXde(changed(change)))).toMatchObject(error);
    expect(await visible(bench)).toEqual(before);
  });

  it("fails at whichever block of counters cannot be published, and leaves nothing behind", async () => {
    const stats = new StatsRegistry();
    let left = Infinity;
    const failing: StatsProvider = {
      register(block) {
        if (left-- <= 0) throw new Error("no room");
        return stats.register(block);
      },
    };
    const [u1] = MemoryLink.pair("u1", "far");
    const xde = new Xde({ providers: { clock: { nowMs: () => 0 }, stats: failing }, links: () => u1 });
    await xde.handlers.SetXdeUnderlay({ u1: "u1", u2: "u1" });
    const earlier = guest(2, "fd77::1");
    await xde.handlers.SetVirt2Phys({ vip: A.ip4, phys: { ether: A.mac, ip: earlier.physIp, vni: VNI } });
    const before = await xde.handlers.DumpVirt2Phys(undefined);
    // Route cache, port, five layers
    for (let room = 0; room < 7; room++) {
      left = room;
      expect(await errorOf(() => xde.handlers.CreateXde(createReq(A)))).toEqual({ kind: "PortCreate", msg: "no room" });
      expect([...stats.snapshot().keys()]).toEqual(["xde:xde", "xde:xde_drops"]);
      expect(await xde.handlers.DumpVirt2Phys(undefined)).toEqual(before);
      expect(await xde.handlers.ListPorts(undefined)).toEqual({ ports: [] });
    }
    left = 7;
    await xde.handlers.CreateXde(createReq(A));
  });

  it("needs the underlay", async () => {
    await bench.xde.handlers.ClearXdeUnderlay(undefined);
    expect(await errorOf(() => bench.create(A))).toEqual({ kind: "System", errno: 22, msg: "the underlay is not set" });
  });

  it("allows the same MAC address in another VPC", async () => {
    await bench.create(A);
    const req = createReq({ ...A, name: "other" });
    await bench.xde.handlers.CreateXde({ ...req, cfg: { ...req.cfg, vni: Vni.of(7) } });
    const { ports } = await bench.xde.handlers.ListPorts(undefined);
    expect(ports.map(({ name }) => name)).toEqual(["other", "opte0"]);
  });

  it("advertises the MTU that it was given", async () => {
    await bench.xde.handlers.ClearXdeUnderlay(undefined);
    await bench.underlay("u1", "thin");
    expect(await errorOf(() => bench.xde.handlers.CreateXde(createReq(A)))).toMatchObject({
      msg: "mtu: 1500 is more than the 1430 that the underlay leaves",
    });
    await bench.xde.handlers.CreateXde({ ...createReq(A), mtu: 1430 });
  });
});

describe("deleting a port", () => {
  it("leaves nothing behind, and frees name and address", async () => {
    const before = await visible(bench);
    await bench.create(A);
    await bench.xde.handlers.McastSubscribe({
      portName: A.name,
      group: IpAddr.parse("ff04::7"),
      filter: { kind: "exclude", sources: [] },
    });
    await bench.xde.handlers.DeleteXde({ xdeDevname: A.name });
    const after = await visible(bench);
    // A VPC once named stays in the table, as in the reference
    expect(after).toEqual({ ...before, v2p: { mappings: [{ vni: VNI, ip4: [], ip6: [] }] } });
    await bench.create(A);
  });

  it("leaves a mapping that says by now that the guest is elsewhere", async () => {
    await bench.create(A);
    const moved = { ...A, physIp: guest(1, "fd77::1").physIp };
    await bench.knows(moved);
    await bench.xde.handlers.DeleteXde({ xdeDevname: A.name });
    const { mappings } = await bench.xde.handlers.DumpVirt2Phys(undefined);
    expect(mappings[0]?.ip4).toEqual([[A.ip4, { ether: A.mac, ip: moved.physIp }]]);
  });
});

describe("restoring a port", () => {
  it("brings back its rules under their ids, its routes and its flows, and maps its addresses", async () => {
    await bench.create(A);
    const { handlers } = bench.xde;
    const guestPort = bench.xde.attach(A.name, () => undefined);
    const layer = await handlers.DumpLayer({ portName: A.name, name: "firewall" });
    const ports = await handlers.ListPorts(undefined);
    const snapshot: unknown = JSON.parse(JSON.stringify(bench.xde.port(A.name).snapshot()));
    guestPort.close();
    await handlers.DeleteXde({ xdeDevname: A.name });

    bench.xde.restorePort(snapshot);
    expect(await handlers.DumpLayer({ portName: A.name, name: "firewall" })).toEqual(layer);
    expect(await handlers.ListPorts(undefined)).toEqual({
      ports: ports.ports.map((port) => ({ ...port, state: "restored" })),
    });
    expect((await handlers.DumpVirt2Phys(undefined)).mappings[0]?.ip4).toHaveLength(1);
    bench.xde.attach(A.name, () => undefined);
    expect(await handlers.ListPorts(undefined)).toEqual(ports);
  });

  it("refuses what creating it would refuse, and leaves nothing behind", async () => {
    await bench.create(A);
    const snapshot = bench.xde.port(A.name).snapshot();
    const before = await visible(bench);
    expect(await errorOf(() => bench.xde.restorePort(snapshot))).toEqual({ kind: "PortExists", port: A.name });
    expect(await errorOf(() => bench.xde.restorePort({ ...snapshot, version: 99 }))).toMatchObject({
      kind: "PortCreate",
    });
    expect(await visible(bench)).toEqual(before);
    await bench.xde.handlers.DeleteXde({ xdeDevname: A.name });
    await bench.xde.handlers.ClearXdeUnderlay(undefined);
    expect(await errorOf(() => bench.xde.restorePort(snapshot))).toMatchObject({ kind: "System", errno: 22 });
  });
});
