// Source filters (spec 05 §4, §20): of subscriptions and of next hops.

import { beforeEach, describe, expect, it } from "vitest";
import {
  exclude,
  GROUP4,
  GROUP6,
  include,
  MulticastBench,
  UNDERLAY4,
  UNDERLAY6,
} from "../../../test/multicast-bench.js";

let bench: MulticastBench;

beforeEach(async () => {
  bench = await MulticastBench.started();
});

/** Both families: the group, its underlay group, the remote sender and another. */
const FAMILIES = [
  ["IPv4", GROUP4, UNDERLAY4, "10.0.0.4", "10.0.0.9"],
  ["IPv6", GROUP6, UNDERLAY6, "fd00::4", "fd00::9"],
] as const;

describe.each(FAMILIES)("filters of a subscription, %s", (_family, group, underlay, sender, other) => {
  it.each([
    ["include listed", include(sender, other), 1],
    ["include unlisted", include(other), 0],
    ["include empty", include(), 0],
    ["exclude listed", exclude(other, sender), 0],
    ["exclude unlisted", exclude(other), 1],
    ["exclude empty", exclude(), 1],
  ])("%s", async (_what, filter, copies) => {
    await bench.subscribe("opte0", group, filter);
    await bench.arrive(group, underlay);
    expect(bench.counts()).toEqual([copies, 0, 0]);
    expect(bench.sled.stat("mcast_rx_source_filtered")).toBe(1 - copies);
    const told = bench.probed.filter((line) => line.startsWith("filtered"));
    const { kind } = filter;
    expect(told).toEqual(copies === 1 ? [] : [`filtered ${sender} ${group.toString()} 77 opte0 ${kind}`]);
  });

  it("resubscribe: the new filter counts at once", async () => {
    await bench.subscribe("opte0", group, include(other));
    await bench.subscribe("opte0", group, include(sender));
    await bench.arrive(group, underlay);
    expect(bench.counts()).toEqual([1, 0, 0]);
    await bench.subscribe("opte0", group, exclude(sender));
    await bench.arrive(group, underlay);
    expect(bench.counts()).toEqual([0, 0, 0]);
  });
});

describe("filters of both families", () => {
  it("an IPv4 source is not mistaken for an IPv6 one with the same words", async () => {
    // ::10.0.0.4 has the IPv4 address in its last word, a00:4:: in its first.
    await bench.subscribe("opte0", GROUP4, include("a00:4::", "::a00:4"));
    await bench.arrive(GROUP4, UNDERLAY4);
    expect(bench.counts()).toEqual([0, 0, 0]);
  });
});

describe("same-sled filter", () => {
  it("each member filters for itself", async () => {
    await bench.subscribe("opte1", GROUP4, exclude("10.0.0.1"));
    await bench.subscribe("opte2", GROUP4, include("10.0.0.1"));
    bench.guest(0).sendUdp(GROUP4);
    expect(bench.counts()).toEqual([0, 0, 1]);
    expect(bench.sled.stat("mcast_tx_source_filtered")).toBe(1);
    expect(bench.probed).toContain("filtered 10.0.0.1 224.0.0.251 77 opte1 exclude");
    bench.guest(2).sendUdp(GROUP4);
    expect(bench.counts()).toEqual([0, 1, 0]);
  });
});

describe("forwarding filter", () => {
  it("stops the copy to the underlay only", async () => {
    await bench.subscribe("opte1", GROUP4);
    await bench.forward(UNDERLAY4, "fd77::1", "underlay", { sourceFilter: exclude("10.0.0.1") });
    bench.guest(0).sendUdp(GROUP4);
    expect(await bench.sent()).toEqual([]);
    expect(bench.counts()).toEqual([0, 1, 0]);
    expect(bench.sled.stat("mcast_tx_fwd_source_filtered")).toBe(1);
    expect(bench.probed).toContain("fwd_filt 10.0.0.1 224.0.0.251 77 fd77::1 exclude");
    bench.guest(1).sendUdp(GROUP4);
    expect(await bench.sent()).toHaveLength(1);
  });

  it("per-hop filters: each hop filters for itself", async () => {
    await bench.forward(UNDERLAY4, "fd77::1", "underlay", { sourceFilter: include("10.0.0.1") });
    await bench.forward(UNDERLAY4, "fd88::1", "external", { sourceFilter: include("10.0.0.2") });
    bench.guest(0).sendUdp(GROUP4);
    bench.guest(1).sendUdp(GROUP4);
    bench.guest(2).sendUdp(GROUP4);
    expect((await bench.sent()).map(({ options, inner }) => `${inner.src} ${options.join()}`)).toEqual([
      "10.0.0.1 0129/01 40000000",
      "10.0.0.2 0129/01 00000000",
    ]);
  });
});
