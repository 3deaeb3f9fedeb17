// What commands of multicast accept and refuse (spec 05 §6, §20).

import { IpAddr, MulticastUnderlay, OpteError } from "opte-api";
import { ANY_SOURCE, MULTICAST_VNI } from "oxide-vpc/api";
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

/** What a command fails with, as `kind: message`. */
async function fault(command: Promise<unknown>): Promise<string> {
  try {
    await command;
  } catch (error) {
    if (!(error instanceof OpteError)) throw error;
    const { payload } = error;
    return "msg" in payload ? `${payload.kind}: ${payload.msg}` : payload.kind;
  }
  return "none";
}

describe("underlay groups", () => {
  it.each(["ff02::1", "ff0e::1", "ff05::1", "ff14::1", "fd00::1"])("reject %s as underlay", (text) => {
    expect(() => MulticastUnderlay.parse(text)).toThrow("it is not in ff04::/16");
  });

  it("accept ff04, for groups of any scope", async () => {
    for (const group of ["224.9.9.9", "ff02::5", "ff0e::5"]) await bench.map(IpAddr.parse(group), "ff04::9");
    const { ip6 } = await bench.sled.xde.handlers.DumpMcast2Phys(undefined);
    expect(ip6.map(([group]) => group.toString())).toEqual(["ff02::5", "ff04::1:3", "ff0e::5"]);
  });

  it("are not mapped from what is no group", async () => {
    expect(await fault(bench.map(IpAddr.parse("10.0.0.1"), "ff04::9"))).toBe(
      "BadState: group: 10.0.0.1 is not a multicast address",
    );
  });
});

describe("subscribing", () => {
  it("subscribe without M2P", async () => {
    expect(await fault(bench.subscribe("opte0", IpAddr.parse("224.9.9.9")))).toBe(
      "BadState: group: 224.9.9.9 has no underlay mapping",
    );
    expect(await fault(bench.subscribe("opte0", IpAddr.parse("ff0e::9")))).toBe(
      "BadState: group: ff0e::9 has no underlay mapping",
    );
    expect(await bench.subscriptions()).toEqual([]);
  });

  it("nonexistent port", async () => {
    expect(await fault(bench.subscribe("opte9", GROUP4))).toBe("PortNotFound");
    expect(await fault(bench.subscribe("opte9", IpAddr.parse("224.9.9.9")))).toBe("PortNotFound");
    expect(await fault(bench.unsubscribe("opte9", GROUP4))).toBe("PortNotFound");
  });

  it("unicast group: the error says that it is not a multicast address", async () => {
    const unicast = IpAddr.parse("10.0.0.1");
    for (const command of [
      bench.subscribe("opte0", unicast),
      bench.unsubscribe("opte0", unicast),
      bench.unsubscribeAll(unicast),
    ]) {
      expect(await fault(command)).toBe("BadState: group: 10.0.0.1 is not a multicast address");
    }
  });

  it.each([
    ["224.0.0.5", "a multicast address"],
    ["ff02::5", "a multicast address"],
    ["0.0.0.0", "unspecified"],
    ["::", "unspecified"],
    ["127.0.0.1", "a loopback address"],
    ["::1", "a loopback address"],
    ["255.255.255.255", "the broadcast address"],
    ["169.254.7.7", "link-local"],
    ["fe80::7", "link-local"],
  ])("refuses %s as a source", async (source, what) => {
    expect(await fault(bench.subscribe("opte0", GROUP4, include("10.0.0.9", source)))).toBe(
      `BadState: filter: source ${source} is ${what}`,
    );
    expect(await bench.subscriptions()).toEqual([]);
  });

  it("subscribe ff04 directly: works without M2P, and can be undone", async () => {
    const group = IpAddr.parse("ff04::77");
    await bench.subscribe("opte0", group);
    expect(await bench.subscriptions()).toEqual(["ff04::77: opte0 EXCLUDE() (any)"]);
    await bench.arrive(group, "ff04::77");
    expect(bench.counts()).toEqual([1, 0, 0]);
    await bench.unsubscribe("opte0", group);
    expect(await bench.subscriptions()).toEqual([]);
  });

  it("double subscribe: idempotent, the last filter stays", async () => {
    await bench.subscribe("opte0", GROUP4);
    await bench.subscribe("opte0", GROUP4, exclude("10.0.0.9"));
    expect(await bench.subscriptions()).toEqual([`${UNDERLAY4}: opte0 EXCLUDE(10.0.0.9)`]);
  });

  it("lists groups in ascending order, and their subscribers in the order of ports", async () => {
    for (const port of ["opte2", "opte0"]) for (const group of [GROUP4, GROUP6]) await bench.subscribe(port, group);
    expect(await bench.subscriptions()).toEqual([
      `${UNDERLAY6}: opte0 EXCLUDE() (any), opte2 EXCLUDE() (any)`,
      `${UNDERLAY4}: opte0 EXCLUDE() (any), opte2 EXCLUDE() (any)`,
    ]);
  });

  it("tells its probes", async () => {
    bench.probed.length = 0;
    await bench.subscribe("opte0", GROUP4);
    await bench.unsubscribe("opte0", GROUP4);
    await bench.unsubscribeAll(GROUP4);
    await bench.forward(UNDERLAY4, "fd77::1", "both");
    await bench.clearForwarding(UNDERLAY4);
    await bench.unmap(GROUP4, UNDERLAY4);
    await bench.map(GROUP4, UNDERLAY4);
    expect(bench.probed).toEqual([
      `subscribe opte0 ${UNDERLAY4} 77`,
      `unsubscribe opte0 ${UNDERLAY4} 77`,
      "unsubscribe-all 224.0.0.251 77",
      `fwd-set ${UNDERLAY4} 1 77`,
      `fwd-clear ${UNDERLAY4} 77`,
      `map-clear 224.0.0.251 ${UNDERLAY4} 77`,
      `map-set 224.0.0.251 ${UNDERLAY4} 77`,
    ]);
  });
});

describe("unsubscribing", () => {
  it("unsubscribe never subscribed, ff02 and ff0e without M2P: success", async () => {
    for (const group of ["224.0.0.251", "ff02::5", "ff0e::5"]) {
      expect(await fault(bench.unsubscribe("opte0", IpAddr.parse(group)))).toBe("none");
    }
  });

  it("unsubscribe-all: the entry disappears from the dump; twice, and without M2P, is success", async () => {
    for (const port of ["opte0", "opte1"]) await bench.subscribe(port, GROUP4);
    await bench.subscribe("opte0", GROUP6);
    await bench.unsubscribeAll(GROUP4);
    expect(await bench.subscriptions()).toEqual([`${UNDERLAY6}: opte0 EXCLUDE() (any)`]);
    await bench.unsubscribeAll(GROUP4);
    expect(await fault(bench.unsubscribeAll(IpAddr.parse("224.9.9.9")))).toBe("none");
    bench.guest(2).sendUdp(GROUP4);
    expect(bench.counts()).toEqual([0, 0, 0]);
  });

  it("works after the mapping has gone or changed", async () => {
    for (const port of ["opte0", "opte1"]) await bench.subscribe(port, GROUP4);
    await bench.unmap(GROUP4, UNDERLAY4);
    await bench.unsubscribe("opte0", GROUP4);
    expect(await bench.subscriptions()).toEqual([`${UNDERLAY4}: opte1 EXCLUDE() (any)`]);
    await bench.map(GROUP4, "ff04::99");
    await bench.unsubscribeAll(GROUP4);
    expect(await bench.subscriptions()).toEqual([]);
  });

  it("comes with the end of the port, but not while that is refused", async () => {
    await bench.subscribe("opte1", GROUP4);
    await bench.subscribe("opte0", GROUP4);
    const before = await bench.subscriptions();
    expect(() => bench.sled.xde.handlers.DeleteXde({ xdeDevname: "opte1" })).toThrow("is open");
    expect(await bench.subscriptions()).toEqual(before);
    bench.guest(1).port.close();
    await bench.sled.xde.handlers.DeleteXde({ xdeDevname: "opte1" });
    expect(await bench.subscriptions()).toEqual([`${UNDERLAY4}: opte0 EXCLUDE() (any)`]);
  });
});

describe("forwarding", () => {
  it.each([
    ["wrong VNI", "fd77::1", { vni: 99 }, "VNI 99 is not that of multicast, 77"],
    ["multicast hop", "ff04::9", {}, "ff04::9 is a multicast address"],
    ["unspecified hop", "::", {}, ":: is no address of a next hop"],
    ["loopback hop", "::1", {}, "::1 is no address of a next hop"],
  ])("%s is rejected", async (_what, addr, options, msg) => {
    expect(await fault(bench.forward(UNDERLAY4, addr, "both", options))).toBe(`System: nextHops[0]: ${msg}`);
    expect(await bench.forwarding()).toEqual([]);
  });

  it("reserved replication is rejected", async () => {
    expect(await fault(bench.forward(UNDERLAY4, "fd77::1", "reserved"))).toBe(
      "System: nextHops[0]: replication is reserved",
    );
  });

  it("stores all next hops of a request or none", async () => {
    const good = {
      nextHop: { addr: bench.guest(0).guest.physIp, vni: MULTICAST_VNI },
      replication: "both",
      sourceFilter: ANY_SOURCE,
    } as const;
    const underlay = MulticastUnderlay.parse(UNDERLAY4);
    const set = async (): Promise<void> => {
      await bench.sled.xde.handlers.SetMcastForwarding({
        underlay,
        nextHops: [good, { ...good, replication: "reserved" }],
      });
    };
    expect(await fault(set())).toBe("System: nextHops[1]: replication is reserved");
    expect(await bench.forwarding()).toEqual([]);
  });

  it("next hops accumulate: add, add, replace replication of the first", async () => {
    await bench.forward(UNDERLAY4, "fd88::1", "external");
    await bench.forward(UNDERLAY4, "fd77::1", "underlay");
    await bench.forward(UNDERLAY4, "fd88::1", "both", { sourceFilter: include("10.0.0.1") });
    expect(await bench.forwarding()).toEqual([
      `${UNDERLAY4}: fd77::1, 77, underlay, EXCLUDE() (any)`,
      `${UNDERLAY4}: fd88::1, 77, both, INCLUDE(10.0.0.1)`,
    ]);
  });

  it("is forgotten when the underlay is cleared, while mappings stay", async () => {
    await bench.forward(UNDERLAY4, "fd77::1", "both");
    const { handlers } = bench.sled.xde;
    for (const i of [0, 1, 2] as const) {
      bench.guest(i).port.close();
      await handlers.DeleteXde({ xdeDevname: `opte${i}` });
    }
    await handlers.ClearXdeUnderlay(undefined);
    expect(await bench.forwarding()).toEqual([]);
    expect((await handlers.DumpMcast2Phys(undefined)).ip4).toHaveLength(1);
    await bench.forward(UNDERLAY4, "fd77::1", "both");
    expect(await fault(bench.unsubscribeAll(GROUP4))).toBe("none");
  });
});
