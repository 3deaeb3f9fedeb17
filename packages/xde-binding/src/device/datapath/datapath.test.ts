import { IpAddr, IpCidr, Ipv4Addr, MacAddr, Vni } from "opte-api";
import { Frame } from "opte-core";
import { GATEWAY_MAC } from "oxide-vpc/api";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { encapsulate, ipFrame, readTunnel, SYN, tcp, udp } from "../../../../oxide-vpc/test/frames.js";
import { AttachedGuest, settle } from "../../../test/guest.js";
import { guest, SledBench, VNI } from "../../../test/sled-bench.js";
import { MemoryLink } from "../../link/memory-link.js";

const A = guest(1, "fd44::1");
const B = guest(2, "fd77::1");
/** On the same sled as A. */
const C = guest(3, "fd44::1");

describe("a sled", () => {
  let bench: SledBench;
  let a: AttachedGuest;
  let far: MemoryLink;
  let u1: MemoryLink;
  let sent: Uint8Array[];
  let unclaimed: string[];
  let dropped: string[];

  beforeEach(async () => {
    [u1, far] = MemoryLink.pair("u1", "far", { mtu: 1600 });
    sent = [];
    unclaimed = [];
    dropped = [];
    far.onReceive((batch) => sent.push(...batch.map((frame) => frame.toBytes())));
    bench = new SledBench([u1], {
      onUnclaimed: (link, frame) => unclaimed.push(`${link.name} ${frame.length}`),
      probes: { frameDrop: (reason, port) => dropped.push(`${reason} ${port ?? "-"}`) },
    });
    await bench.underlay("u1", "u1");
    await bench.create(A);
    await bench.knows(B);
    a = new AttachedGuest(bench, A);
  });

  const arrive = async (...frames: readonly Uint8Array[]): Promise<void> => {
    far.send(frames.map((bytes) => Frame.ofUnderlay(bytes)));
    await settle();
  };
  const fromB = (to: MacAddr, vni: number): Uint8Array =>
    encapsulate(ipFrame({ src: B.mac, dst: to }, B.ip4, A.ip4, udp(5, 6)), { src: B.physIp, dst: A.physIp, vni });

  it("sends with the link's MAC addresses, in the VPC's VNI", async () => {
    a.send(B.ip4, tcp(4000, 80, SYN));
    await settle();
    const [frame = new Uint8Array()] = sent;
    expect(readTunnel(frame)).toMatchObject({
      outerDstMac: u1.routerMac.toString(),
      src: "fd44::1",
      dst: "fd77::1",
      vni: VNI,
      inner: { dstMac: B.mac.toString(), srcMac: A.mac.toString(), isSound: true },
    });
    expect(MacAddr.fromBytes(frame.slice(6, 12)).toString()).toBe(u1.mac.toString());
  });

  it("counts what a guest sends that cannot be parsed, by what is wrong with it", () => {
    const frame = ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip4, B.ip4, udp(1, 2));
    a.sendBytes(
      frame.slice(0, 20),
      Uint8Array.from(frame, (byte, i) => (i === 14 ? 0x43 : byte)),
    );
    expect([bench.stat("out_drop_truncated"), bench.stat("out_drop_illegal_val")]).toEqual([1, 1]);
  });

  it("counts what comes in that is no tunnel of ours, and hands it back untouched", async () => {
    const good = fromB(A.mac, VNI);
    const otherPort = Uint8Array.from(good, (byte, i) => (i === 57 ? byte ^ 1 : byte));
    const options = {
      src: B.physIp,
      dst: A.physIp,
      vni: VNI,
      hasCritical: true,
      options: [[0xffff, 0x80, []]] as const,
    };
    const critical = encapsulate(ipFrame({ src: B.mac, dst: A.mac }, B.ip4, A.ip4, udp(5, 6)), options);
    await arrive(
      good.slice(0, 40),
      otherPort,
      critical,
      Uint8Array.from(good, (byte, i) => (i === 12 ? 8 : byte)),
    );
    expect(unclaimed).toEqual([`u1 40`, `u1 ${otherPort.length}`, `u1 ${critical.length}`, `u1 ${good.length}`]);
    expect([
      bench.stat("in_drop_truncated"),
      bench.stat("in_drop_reject"),
      bench.stat("in_drop_bad_tun_opt"),
      bench.stat("in_drop_unwanted_proto"),
    ]).toEqual([1, 1, 1, 1]);
    expect(a.received).toEqual([]);
  });

  it("hands back a frame for a guest that it has not, by VNI and MAC address", async () => {
    await arrive(fromB(C.mac, VNI), fromB(A.mac, 999), fromB(A.mac, VNI));
    expect(unclaimed).toHaveLength(2);
    expect(dropped).toEqual(["rx_no_port -", "rx_no_port -"]);
    expect(bench.stat("rx_no_port", "xde_drops")).toBe(2);
    expect(a.received).toHaveLength(1);
  });

  it("keeps what a port refuses, and tells so", async () => {
    await bench.xde.handlers.SetFwRules({ portName: A.name, rules: [] });
    await arrive(fromB(A.mac, VNI));
    expect([unclaimed, a.received]).toEqual([[], []]);
    expect(dropped).toEqual(["rx_dropped opte0"]);
    expect(bench.stat("in_drop_layer", "opte0")).toBe(1);
  });

  it("drops a frame for a guest that should be on this sled but is not", async () => {
    await bench.knows({ ...C, physIp: A.physIp });
    a.sendUdp(C.ip4);
    await settle();
    expect([sent, dropped]).toEqual([[], ["tx_no_local_port opte0"]]);
  });

  it("drops what is longer than its link carries, once encapsulated", async () => {
    const big = (len: number): Uint8Array =>
      ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip4, B.ip4, udp(1, 2, Array<number>(len - 28).fill(0)));
    a.sendBytes(big(1530), big(1531));
    await settle();
    expect(sent).toHaveLength(1);
    expect(dropped).toEqual(["tx_too_long opte0"]);
  });

  it("expires flows with its tick, of running ports only", async () => {
    a.sendUdp(B.ip4);
    const { handlers } = bench.xde;
    expect((await handlers.DumpUft({ portName: A.name })).outNumFlows).toBe(1);
    bench.nowMs += 60_000;
    bench.xde.tick();
    expect((await handlers.DumpUft({ portName: A.name })).outNumFlows).toBe(0);
    a.port.close();
    bench.xde.tick();
  });

  it("goes on after a link that throws, which it must not", async () => {
    const send = vi.spyOn(u1, "send").mockImplementationOnce(() => {
      throw new Error("cable is cut");
    });
    expect(() => {
      a.sendUdp(B.ip4, "lost");
    }).toThrow("cable is cut");
    a.sendUdp(B.ip4, "found");
    await settle();
    expect(sent.map((frame) => Buffer.from(readTunnel(frame).inner.message.subarray(8)).toString())).toEqual(["found"]);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it("takes no frames from links that it has given back", async () => {
    a.port.close();
    await bench.xde.handlers.DeleteXde({ xdeDevname: A.name });
    await bench.xde.handlers.ClearXdeUnderlay(undefined);
    await arrive(fromB(A.mac, VNI));
    expect(unclaimed).toEqual([]);
  });

  it("tells its probes of neighbours and next hops", async () => {
    const lines: string[] = [];
    const probed = new SledBench([u1], {
      probes: {
        guestLoopback: (_frame, flow, src, dst) => lines.push(`${src} ${dst} ${flow.toString()}`),
        nextHop: (dst, gateway, src, mac, msg) =>
          lines.push(`${String(dst)} ${String(gateway)} ${String(src)} ${String(mac)} ${msg}`),
        badPacket: (port, dir, frame, error) => lines.push(`${port} ${dir} ${frame.length} ${error.toString()}`),
      },
    });
    await probed.underlay("u1", "u1");
    await probed.create(A);
    await probed.create(C);
    await probed.knows(B);
    const guestA = new AttachedGuest(probed, A);
    guestA.sendUdp(C.ip4);
    guestA.sendUdp(B.ip4);
    guestA.sendBytes(new Uint8Array(14));
    expect(lines).toEqual([
      "opte0 opte2 UDP:10.0.0.1:9999:10.0.0.3:9999",
      `fd77::1 undefined ${u1.mac.toString()} ${u1.routerMac.toString()} `,
      "opte0 out 14 inner_eth: TooSmall",
    ]);
  });

  it("routes to the outside in the VNI of boundary services", async () => {
    const { handlers } = bench.xde;
    await handlers.SetExternalIps({
      portName: A.name,
      externalIpsV4: { ephemeralIp: Ipv4Addr.parse("192.0.2.7"), floatingIps: [] },
    });
    await handlers.AddRouterEntry({
      portName: A.name,
      dest: IpCidr.parse("0.0.0.0/0"),
      target: { kind: "internetGateway" },
      class: "system",
    });
    const tep = [{ ip: B.physIp, vni: Vni.of(99) }];
    await handlers.SetVirt2Boundary({ vip: IpCidr.parse("0.0.0.0/0"), tep });
    a.sendUdp(IpAddr.parse("8.8.8.8"));
    await settle();
    expect(sent.map((frame) => readTunnel(frame))).toMatchObject([
      { vni: 99, inner: { src: "192.0.2.7", dst: "8.8.8.8", isSound: true } },
    ]);
  });
});
