// The reference's system tests of multicast delivery (spec 05 §20), by its words.

import { IpAddr, Ipv6Addr } from "opte-api";
import { Frame } from "opte-core";
import { beforeEach, describe, expect, it } from "vitest";
import {
  BOTH,
  EXTERNAL,
  GROUP4,
  GROUP6,
  MulticastBench,
  REMOTE,
  UNDERLAY,
  UNDERLAY4,
  UNDERLAY6,
} from "../../../test/multicast-bench.js";
import { encapsulate, SYN, tcp } from "../../../../oxide-vpc/test/frames.js";
import { settle } from "../../../test/guest.js";

let bench: MulticastBench;

beforeEach(async () => {
  bench = await MulticastBench.started();
});

describe("rx dual family", () => {
  it.each([
    [4, GROUP4, UNDERLAY4, "01:00:5E:00:00:FB 10.0.0.4 > 224.0.0.251 far"],
    [6, GROUP6, UNDERLAY6, "33:33:00:01:00:03 fd00::4 > ff04::1:3 far"],
  ] as const)(
    "IPv%d: the receiver sees the group's MAC address; after unsubscribing it sees nothing",
    async (_family, group, underlay, line) => {
      await bench.subscribe("opte1", group);
      await bench.forward(underlay, "fd77::1", "underlay");
      expect(await bench.subscriptions()).toEqual([`${underlay}: opte1 EXCLUDE() (any)`]);
      expect(await bench.forwarding()).toEqual([`${underlay}: fd77::1, 77, underlay, EXCLUDE() (any)`]);
      await bench.arrive(group, underlay);
      expect(bench.guest(1).take()).toEqual([line]);
      expect(bench.counts()).toEqual([0, 0, 0]);
      // Nothing that came from the underlay goes back to it.
      expect(await bench.sent()).toEqual([]);
      expect(bench.sled.stat("mcast_rx_local")).toBe(1);

      await bench.unsubscribe("opte1", group);
      await bench.arrive(group, underlay);
      expect(bench.counts()).toEqual([0, 0, 0]);
    },
  );

  it("IPv4: only 23 bits of a group are in its MAC address", async () => {
    const group = IpAddr.parse("239.129.2.3");
    await bench.map(group, "ff04::9");
    await bench.subscribe("opte1", group);
    await bench.arrive(group, "ff04::9");
    expect(bench.guest(1).take()).toEqual(["01:00:5E:01:02:03 10.0.0.4 > 239.129.2.3 far"]);
  });

  it("ignores replication bits, and reaches every subscriber once, in the order of ports", async () => {
    for (const port of ["opte2", "opte0", "opte1"]) await bench.subscribe(port, GROUP4);
    await bench.arrive(GROUP4, UNDERLAY4, REMOTE, 0xc0);
    expect(bench.counts()).toEqual([1, 1, 1]);
    const deliveries = bench.probed.filter((line) => line.startsWith("deliver"));
    expect(deliveries).toEqual(["opte0", "opte1", "opte2"].map((port) => `deliver 224.0.0.251 77 ${port}`));
  });

  it("does not give a guest back what it has sent itself", async () => {
    await bench.subscribe("opte0", GROUP4);
    await bench.subscribe("opte1", GROUP4);
    await bench.arrive(GROUP4, UNDERLAY4, bench.guest(0).guest);
    expect(bench.counts()).toEqual([0, 1, 0]);
  });
});

describe("what nobody wants", () => {
  it("no subscriptions on the sled: consumed, with a counter of ours", async () => {
    await bench.arrive(GROUP4, UNDERLAY4);
    expect(bench.sled.stat("mcast_rx_no_subscribers")).toBe(0);
    expect(bench.sled.stat("rx_mcast_unwanted", "xde_drops")).toBe(1);
  });

  it("no subscribers of the group: a counter and an event", async () => {
    await bench.subscribe("opte0", GROUP6);
    await bench.arrive(GROUP4, UNDERLAY4);
    expect(bench.sled.stat("mcast_rx_no_subscribers")).toBe(1);
    expect(bench.probed).toContain(`nofwd ${UNDERLAY4} 77`);
  });

  it("an inner destination that is no group: a counter", async () => {
    await bench.subscribe("opte0", GROUP4);
    await bench.arrive(IpAddr.parse("10.0.0.1"), UNDERLAY4);
    expect(bench.counts()).toEqual([0, 0, 0]);
    expect(bench.sled.stat("mcast_rx_bad_inner_dst")).toBe(1);
  });

  it("an inner destination that is no group, or no IP at all: told as a failure, of nobody's", async () => {
    await bench.subscribe("opte0", GROUP4);
    await bench.arrive(IpAddr.parse("10.0.0.1"), UNDERLAY4);
    expect(bench.probed).toContain("rx-fail 10.0.0.1 77 undefined bad_inner_dst");
    const arp = Uint8Array.from([...[2, 0, 0, 0, 0, 1], ...[2, 0, 0, 0, 0, 2], 0x88, 0xb5, ...new Uint8Array(46)]);
    const tunnel = { src: REMOTE.physIp, dst: Ipv6Addr.parse(UNDERLAY4), vni: 77, options: [] };
    bench.far.send([Frame.ofUnderlay(encapsulate(arp, tunnel))]);
    await settle();
    expect(bench.counts()).toEqual([0, 0, 0]);
  });

  it("tells when the device begins and ends to look after a frame, also one that it consumes at once", async () => {
    await bench.arrive(GROUP4, UNDERLAY4);
    const work = ["rx-entry", "drop", "rx-return"].map((name) =>
      bench.probed.findIndex((line) => line.startsWith(name)),
    );
    expect(work).toEqual(work.toSorted((a, b) => a - b));
    expect(bench.probed).toContain(`rx-entry ${UNDERLAY4} 77`);
    expect(bench.probed).toContain(`rx-return ${UNDERLAY4} 77`);
  });

  it("a subscriber whose port refuses it does not count as reached, and is told of", async () => {
    await bench.subscribe("opte0", GROUP4);
    await bench.sled.xde.handlers.SetFwRules({ portName: "opte0", rules: [] });
    await bench.arrive(GROUP4, UNDERLAY4);
    expect([bench.sled.stat("mcast_rx_local"), bench.sled.stat("rx_dropped", "xde_drops")]).toEqual([0, 1]);
    expect(bench.probed).toContain("rx-fail 224.0.0.251 77 opte0 rx_dropped");
  });
});

describe("sending to a group", () => {
  it("no spurious traffic: configuration alone emits nothing", async () => {
    await bench.subscribe("opte0", GROUP4);
    await bench.forward(UNDERLAY4, "fd77::1", "both");
    expect(await bench.sent()).toEqual([]);
    expect(bench.counts()).toEqual([0, 0, 0]);
  });

  it("sender only subscribed: an underlay copy with VNI 77, to the group, External; unsubscribed ports get nothing", async () => {
    await bench.subscribe("opte0", GROUP4);
    await bench.forward(UNDERLAY4, "fd77::1", "external");
    bench.guest(0).sendUdp(GROUP4);
    expect(await bench.sent()).toMatchObject([
      {
        outerDstMac: "33:33:E0:00:00:FB",
        src: "fd44::1",
        dst: UNDERLAY4,
        vni: 77,
        options: [EXTERNAL],
        inner: { dstMac: "01:00:5E:00:00:FB", src: "10.0.0.1", dst: "224.0.0.251", isSound: true },
      },
    ]);
    expect(bench.counts()).toEqual([0, 0, 0]);
    expect(bench.sled.stat("mcast_tx_external")).toBe(1);
    expect(bench.probed.slice(-4)).toEqual([
      "tx-entry opte0 224.0.0.251 77",
      "tx 224.0.0.251 77",
      `external ${UNDERLAY4} 77 fd77::1`,
      "tx-return opte0 224.0.0.251 77",
    ]);
  });

  it("tells of copies that do not get to where they should: to a guest that refuses, to a next hop that the link cannot reach", async () => {
    await bench.subscribe("opte1", GROUP4);
    await bench.sled.xde.handlers.SetFwRules({ portName: "opte1", rules: [] });
    await bench.forward(UNDERLAY4, "fd77::1", "external");
    bench.guest(0).sendUdp(GROUP4, "x".repeat(9000));
    expect(await bench.sent()).toEqual([]);
    expect(bench.probed.filter((line) => /^(tx|drop)/.test(line))).toEqual([
      "tx-entry opte0 224.0.0.251 77",
      "tx 224.0.0.251 77",
      "drop local_dropped opte1",
      "tx-fail 224.0.0.251 77 opte1 local_dropped",
      "tx-fail 224.0.0.251 77 fd77::1 tx_too_long",
      "drop tx_too_long opte0",
      "tx-return opte0 224.0.0.251 77",
    ]);
  });

  it("a frame without IP never gets here: the sender's port refuses it, so there is no TX_NO_IP", async () => {
    await bench.forward(UNDERLAY4, "fd77::1", "external");
    bench
      .guest(0)
      .sendBytes(
        Uint8Array.from([
          0x01,
          0,
          0x5e,
          0,
          0,
          0xfb,
          ...bench.guest(0).guest.mac.bytes,
          0x88,
          0xb5,
          ...new Uint8Array(46),
        ]),
      );
    expect(await bench.sent()).toEqual([]);
    expect(bench.probed.filter((line) => line.startsWith("tx"))).toEqual([]);
    expect(bench.sled.stat("out_drop_unwanted_proto")).toBe(1);
  });

  it("same-sled only: local subscribers receive, the underlay is silent", async () => {
    await bench.subscribe("opte1", GROUP4);
    await bench.subscribe("opte2", GROUP4);
    bench.guest(0).sendUdp(GROUP4);
    expect(await bench.sent()).toEqual([]);
    expect(bench.guest(1).take()).toEqual(["01:00:5E:00:00:FB 10.0.0.1 > 224.0.0.251 hello"]);
    expect(bench.guest(2).take()).toHaveLength(1);
    expect([bench.sled.stat("mcast_tx_local"), bench.sled.stat("mcast_tx_no_fwd_entry")]).toEqual([2, 1]);
    expect(bench.probed).toContain(`nofwd ${UNDERLAY4} 77`);
  });

  it.each([
    ["underlay", UNDERLAY, [1, 0]],
    ["external", EXTERNAL, [0, 1]],
  ] as const)(
    "%s with no subscribers: one underlay packet, no local delivery, no re-relay",
    async (replication, bits, counted) => {
      await bench.forward(UNDERLAY6, "fd77::1", replication);
      bench.guest(0).sendUdp(GROUP6);
      expect(await bench.sent()).toMatchObject([{ dst: UNDERLAY6, vni: 77, options: [bits] }]);
      expect(await bench.sent()).toEqual([]);
      expect(bench.counts()).toEqual([0, 0, 0]);
      expect([bench.sled.stat("mcast_tx_underlay"), bench.sled.stat("mcast_tx_external")]).toEqual(counted);
    },
  );

  it("both replication: local deliveries plus one underlay packet tagged Both, counted as both", async () => {
    await bench.subscribe("opte1", GROUP4);
    await bench.subscribe("opte2", GROUP4);
    await bench.forward(UNDERLAY4, "fd77::1", "both");
    bench.guest(0).sendUdp(GROUP4);
    expect(await bench.sent()).toMatchObject([{ options: [BOTH] }]);
    expect(bench.counts()).toEqual([0, 1, 1]);
    expect([bench.sled.stat("mcast_tx_underlay"), bench.sled.stat("mcast_tx_external")]).toEqual([1, 1]);
  });

  it("sender self-exclusion: a subscribed sender does not hear itself", async () => {
    for (const port of ["opte0", "opte1"]) await bench.subscribe(port, GROUP4);
    bench.guest(0).sendUdp(GROUP4);
    expect(bench.counts()).toEqual([0, 1, 0]);
    bench.guest(1).sendUdp(GROUP4);
    expect(bench.counts()).toEqual([1, 0, 0]);
  });

  it("partial unsubscribe: only the unsubscribed port stops; the forwarding table is unchanged", async () => {
    for (const port of ["opte1", "opte2"]) await bench.subscribe(port, GROUP4);
    await bench.forward(UNDERLAY4, "fd77::1", "underlay");
    const forwarding = await bench.forwarding();
    await bench.unsubscribe("opte1", GROUP4);
    bench.guest(0).sendUdp(GROUP4);
    expect(bench.counts()).toEqual([0, 0, 1]);
    expect(await bench.sent()).toHaveLength(1);
    expect(await bench.forwarding()).toEqual(forwarding);
  });

  it("multi next hop fan-out: two hops, two packets, one External and one Underlay, in the order of addresses", async () => {
    await bench.forward(UNDERLAY4, "fd88::1", "underlay");
    await bench.forward(UNDERLAY4, "fd77::1", "external");
    bench.guest(0).sendUdp(GROUP4);
    expect(await bench.sent()).toMatchObject([
      { dst: UNDERLAY4, options: [EXTERNAL], inner: { isSound: true } },
      { dst: UNDERLAY4, options: [UNDERLAY], inner: { isSound: true } },
    ]);
  });

  it("subscribe then clear M2P: nothing is delivered or forwarded", async () => {
    await bench.subscribe("opte1", GROUP4);
    await bench.forward(UNDERLAY4, "fd77::1", "both");
    await bench.unmap(GROUP4, UNDERLAY4);
    bench.guest(0).sendUdp(GROUP4);
    expect(await bench.sent()).toEqual([]);
    expect(bench.counts()).toEqual([0, 0, 0]);
    expect(bench.sled.stat("out_drop_layer", "opte0")).toBe(1);
  });

  it("clear forwarding: egress stops, and clearing again is no error", async () => {
    await bench.forward(UNDERLAY4, "fd77::1", "both");
    bench.guest(0).sendUdp(GROUP4);
    expect(await bench.sent()).toHaveLength(1);
    await bench.clearForwarding(UNDERLAY4);
    await bench.clearForwarding(UNDERLAY4);
    bench.guest(0).sendUdp(GROUP4);
    expect(await bench.sent()).toEqual([]);
  });

  it("two groups: isolation", async () => {
    await bench.subscribe("opte1", GROUP4);
    await bench.subscribe("opte2", GROUP6);
    await bench.forward(UNDERLAY4, "fd77::1", "both");
    bench.guest(0).sendUdp(GROUP4);
    expect(bench.counts()).toEqual([0, 1, 0]);
    expect(await bench.sent()).toHaveLength(1);
    bench.guest(0).sendUdp(GROUP6);
    expect(bench.counts()).toEqual([0, 0, 1]);
    expect(await bench.sent()).toEqual([]);
  });

  it("double subscribe: one copy", async () => {
    await bench.subscribe("opte1", GROUP4);
    await bench.subscribe("opte1", GROUP4);
    bench.guest(0).sendUdp(GROUP4);
    expect(bench.counts()).toEqual([0, 1, 0]);
  });

  it("TCP to a group is refused by the port", async () => {
    await bench.subscribe("opte1", GROUP4);
    bench.guest(0).send(GROUP4, tcp(1, 2, SYN));
    expect(bench.counts()).toEqual([0, 0, 0]);
    expect(await bench.sent()).toEqual([]);
  });

  it("copies of one batch are independent of each other and of the original", async () => {
    for (const port of ["opte1", "opte2"]) await bench.subscribe(port, GROUP4);
    for (const hop of ["fd77::1", "fd88::1"]) await bench.forward(UNDERLAY4, hop, "both");
    for (const body of ["one", "two"]) bench.guest(0).sendUdp(GROUP4, body);
    for (const receiver of [bench.guest(1), bench.guest(2)]) {
      const bodies = receiver.take().map((line) => line.split(" ").at(-1));
      expect(bodies).toEqual(["one", "two"]);
    }
    expect(
      (await bench.sent()).map(({ inner }) => [inner.isSound, Buffer.from(inner.message.subarray(8)).toString()]),
    ).toEqual([
      [true, "one"],
      [true, "one"],
      [true, "two"],
      [true, "two"],
    ]);
  });
});
