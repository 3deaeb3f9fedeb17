import { Frame, type PeriodicProvider } from "opte-core";
import { XDE_COMMANDS } from "oxide-vpc/api";
import { beforeEach, describe, expect, it } from "vitest";
import { errorOf } from "../../test/error-of.js";
import { createReq, guest, SledBench } from "../../test/sled-bench.js";
import { MemoryLink } from "../link/memory-link.js";
import { StatsRegistry } from "../provider/stats-registry.js";
import { Xde } from "./xde.js";

const A = guest(1, "fd44::1");

let bench: SledBench;

beforeEach(async () => {
  bench = await SledBench.withUnderlay();
});

describe("the handlers", () => {
  it("answer every command of the reference", () => {
    expect(Object.keys(bench.xde.handlers).sort()).toEqual(Object.keys(XDE_COMMANDS).sort());
  });

  it("name a port that does not exist", async () => {
    const portName = "opte7";
    const { handlers } = bench.xde;
    const notFound = { kind: "PortNotFound", port: portName };
    expect(await errorOf(() => handlers.ListLayers({ portName }))).toEqual(notFound);
    expect(await errorOf(() => handlers.SetFwRules({ portName, rules: [] }))).toEqual(notFound);
    expect(await errorOf(() => handlers.DeleteXde({ xdeDevname: portName }))).toEqual(notFound);
    expect(await errorOf(() => handlers.ListLayers({ portName: "OPTE0" }))).toEqual({
      kind: "PortNotFound",
      port: "OPTE0",
    });
  });
});

describe("the underlay", () => {
  it("is set once and cleared once", async () => {
    const { handlers } = bench.xde;
    expect(await errorOf(() => bench.underlay("u1", "u2"))).toMatchObject({ kind: "System", errno: 17 });
    await handlers.ClearXdeUnderlay(undefined);
    expect(await errorOf(() => handlers.ClearXdeUnderlay(undefined))).toMatchObject({ kind: "System", errno: 2 });
    await bench.underlay("u1", "u1");
  });

  it("names the link that does not exist, and stays unset", async () => {
    await bench.xde.handlers.ClearXdeUnderlay(undefined);
    expect(await errorOf(() => bench.underlay("u1", "cxgbe7"))).toEqual({
      kind: "System",
      errno: 2,
      msg: 'u2: link "cxgbe7" does not exist',
    });
    await bench.underlay("u1", "u2");
  });

  it("stays while there are ports", async () => {
    await bench.create(A);
    expect(await errorOf(() => bench.xde.handlers.ClearXdeUnderlay(undefined))).toMatchObject({
      kind: "System",
      errno: 16,
    });
    await bench.xde.handlers.DeleteXde({ xdeDevname: A.name });
    await bench.xde.handlers.ClearXdeUnderlay(undefined);
  });
});

describe("closing a device", () => {
  it("withdraws every counter, stops its timer and leaves its links", async () => {
    const stats = new StatsRegistry();
    const [near, far] = MemoryLink.pair("u1", "far");
    let running = 0;
    const periodic: PeriodicProvider = {
      start: () => {
        running++;
        return { stop: () => running-- };
      },
    };
    const xde = new Xde({ providers: { clock: { nowMs: () => 0 }, stats, periodic }, links: () => near });
    await xde.handlers.SetXdeUnderlay({ u1: "u1", u2: "u1" });
    await xde.handlers.CreateXde(createReq(A));
    expect([running, stats.snapshot().size]).toEqual([1, 9]);
    xde.close();
    expect([running, stats.snapshot().size]).toEqual([0, 0]);
    far.send([Frame.allocate(60)]);
    await Promise.resolve();
    const again = new Xde({ providers: { clock: { nowMs: () => 0 }, stats }, links: () => near });
    expect(stats.snapshot().get("xde:xde")?.["in_drop_truncated"]).toBe(0);
    again.close();
  });
});
