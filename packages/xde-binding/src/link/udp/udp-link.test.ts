import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { IpAddr, Ipv6Addr, MulticastUnderlay } from "opte-api";
import { Frame } from "opte-core";
import { MULTICAST_VNI } from "oxide-vpc/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { echo, encapsulate, ICMP, ipFrame, readFrame, readTunnel, udp } from "../../../../oxide-vpc/test/frames.js";
import { AttachedGuest } from "../../../test/guest.js";
import { guest, SledBench, VNI } from "../../../test/sled-bench.js";
import { StatsRegistry } from "../../provider/stats-registry.js";
import { parseUdpPeer, parseUdpUnderlay } from "./udp-endpoint.js";
import { UdpLink, type UdpLinkOptions } from "./udp-link.js";

const A = guest(1, "fd44::1");
const B = guest(2, "fd77::1");

/** What is to be closed after a test. */
const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

/** A link on a free port of the loopback. */
async function open(name: string, peers: readonly string[], options: Partial<UdpLinkOptions> = {}): Promise<UdpLink> {
  const bind = parseUdpUnderlay("udp:[::1]:0");
  const link = await UdpLink.open({ name, bind, peers: peers.map((peer) => parseUdpPeer(peer)), ...options });
  opened.push(link);
  return link;
}

/** A port of the loopback that nobody has, as far as one can know. */
async function freePort(): Promise<number> {
  const link = await UdpLink.open({ name: "probe", bind: parseUdpUnderlay("udp:[::1]:0"), peers: [] });
  const { port } = link.endpoint;
  await link.close();
  return port;
}

/** A plain socket, that of a Geneve peer which is none of ours. */
async function plainSocket(): Promise<Socket> {
  const socket = createSocket("udp6");
  opened.push({ close: () => new Promise<void>((done) => socket.close(done)) });
  socket.bind(0, "::1");
  await once(socket, "listening");
  return socket;
}

describe("two devices on UDP", () => {
  let first: SledBench;
  let second: SledBench;
  let a: AttachedGuest;
  let b: AttachedGuest;

  beforeEach(async () => {
    const [portA, portB] = [await freePort(), await freePort()];
    const linkA = await open("udp0", [`${B.physIp.toString()}=[::1]:${portB}`], {
      bind: parseUdpUnderlay(`udp:[::1]:${portA}`),
    });
    const linkB = await open("udp0", [`${A.physIp.toString()}=[::1]:${portA}`], {
      bind: parseUdpUnderlay(`udp:[::1]:${portB}`),
      groupOf: (group) => second.xde.mappings.m2p.get(group)?.address,
    });
    first = new SledBench([linkA]);
    second = new SledBench([linkB]);
    for (const sled of [first, second]) await sled.underlay("udp0", "udp0");
    await first.create(A);
    await second.create(B);
    await first.knows(B);
    await second.knows(A);
    a = new AttachedGuest(first, A);
    b = new AttachedGuest(second, B);
  });

  it("carry a ping and its answer", async () => {
    b.onFrame = (): void => {
      b.send(A.ip4, echo(ICMP, 0, 7));
    };
    a.send(B.ip4, echo(ICMP, 8, 7));
    await vi.waitFor(() => {
      expect(a.received).toHaveLength(1);
    });
    expect(readFrame(a.received[0] ?? new Uint8Array())).toMatchObject({
      src: "10.0.0.2",
      dst: "10.0.0.1",
      isSound: true,
    });
  });

  it("carry every size up to the MTU, in order", async () => {
    const sizes = [0, 1, 1000, 1472, 8900 - 28];
    for (const size of sizes) a.send(B.ip4, udp(1, 2, Array<number>(size).fill(7)));
    await vi.waitFor(() => {
      expect(b.received).toHaveLength(sizes.length);
    });
    expect(b.received.map((bytes) => readFrame(bytes).message.length - 8)).toEqual(sizes);
    expect(b.received.every((bytes) => readFrame(bytes).isSound)).toBe(true);
  });

  it("carry multicast to the peers' subscribers, by the group of the inner frame", async () => {
    const group = IpAddr.parse("224.0.0.251");
    const underlay = MulticastUnderlay.parse("ff04::e000:fb");
    const filter = { kind: "exclude", sources: [] } as const;
    for (const { xde } of [first, second]) await xde.handlers.SetMcast2Phys({ group, underlay });
    const nextHops = [
      { nextHop: { addr: B.physIp, vni: MULTICAST_VNI }, replication: "underlay" as const, sourceFilter: filter },
    ];
    await first.xde.handlers.SetMcastForwarding({ underlay, nextHops });
    await second.xde.handlers.McastSubscribe({ portName: B.name, group, filter });
    a.sendUdp(group);
    await vi.waitFor(() => {
      expect(b.take()).toEqual(["01:00:5E:00:00:FB 10.0.0.1 > 224.0.0.251 hello"]);
    });
  });
});

describe("a UDP link", () => {
  const inner = ipFrame({ src: A.mac, dst: B.mac }, A.ip4, B.ip4, udp(5, 6));
  const frame = (dst: string): Frame =>
    Frame.ofUnderlay(encapsulate(inner, { src: A.physIp, dst: Ipv6Addr.parse(dst), vni: VNI }));

  it("speaks Geneve with peers that are none of ours, whatever their source port", async () => {
    const peer = await plainSocket();
    const link = await open("udp0", [`fd77::1=[::1]:${peer.address().port}`]);
    const arrived: Uint8Array[] = [];
    link.onReceive((batch) => arrived.push(...batch.map((each) => each.toBytes())));

    link.send([frame("fd77::1")]);
    const datagram = await new Promise<Buffer>((received) => peer.once("message", received));
    expect(datagram.subarray(0, 8).toString("hex")).toBe("000065580003e800");
    expect(datagram.subarray(8)).toEqual(Buffer.from(inner));

    const other = await plainSocket();
    other.send(datagram, link.endpoint.port, "::1");
    await vi.waitFor(() => {
      expect(arrived).toHaveLength(1);
    });
    expect(readTunnel(arrived[0] ?? new Uint8Array())).toMatchObject({
      outerDstMac: link.mac.toString(),
      src: "fd77::1",
      dst: "::1",
      entropy: other.address().port,
      vni: VNI,
      inner: { bytes: inner, isSound: true },
    });
  });

  it("takes nothing from strangers", async () => {
    const link = await open("udp0", ["fd77::1=[2001:db8::1]:6081"]);
    link.onReceive(() => {
      throw new Error("A stranger was heard");
    });
    (await plainSocket()).send("hello", link.endpoint.port, "::1");
    await vi.waitFor(() => {
      expect(link.stats.get("rx_unknown_peer")).toBe(1);
    });
  });

  it("sends frames for groups to the group's peers, or to every peer", async () => {
    const [one, two] = [await plainSocket(), await plainSocket()];
    const port = (socket: Socket): number => socket.address().port;
    const link = await open("udp0", [
      `fd77::1=[::1]:${port(one)}`,
      `fd88::1=[::1]:${port(two)}`,
      `ff04::7=[::1]:${port(two)}`,
    ]);
    const heard: string[] = [];
    one.on("message", () => heard.push("one"));
    two.on("message", () => heard.push("two"));
    link.send([frame("ff04::7"), frame("ff04::8"), frame("fd99::1")]);
    await vi.waitFor(() => {
      expect(heard.toSorted()).toEqual(["one", "two", "two"]);
    });
    expect(link.stats.get("tx_no_peer")).toBe(1);
  });

  it("drops and counts what it cannot carry", async () => {
    const link = await open("udp0", ["fd77::1=[::1]:6081"], { mtu: 97 });
    link.send([Frame.ofGuest(inner), frame("fd77::1")]);
    expect([link.stats.get("tx_not_geneve"), link.stats.get("tx_too_long")]).toEqual([1, 1]);
  });

  it("hands on any datagram of a peer without a fault", async () => {
    const peer = await plainSocket();
    const link = await open("udp0", [`fd77::1=[::1]:${peer.address().port}`]);
    const bench = new SledBench([link]);
    await bench.underlay("udp0", "udp0");
    const whole = frame("fd44::1").toBytes().subarray(62);
    for (let length = 0; length <= whole.length; length++)
      peer.send(whole.subarray(0, length), link.endpoint.port, "::1");
    await vi.waitFor(() => {
      expect(link.stats.get("rx_frames")).toBe(whole.length + 1);
    });
    await new Promise(setImmediate);
    expect(bench.stat("in_drop_truncated") + bench.stat("in_drop_bad_len")).toBeGreaterThan(40);
    expect(bench.stat("rx_no_port", "xde_drops")).toBeGreaterThan(0);
  });

  it("names the endpoint that it cannot have, and leaves no counters", async () => {
    const stats = new StatsRegistry();
    const link = await open("udp0", []);
    const bind = link.endpoint;
    await expect(UdpLink.open({ name: "udp1", bind, peers: [], stats })).rejects.toThrow(
      `Cannot open link "udp1" on [::1]:${bind.port}: bind EADDRINUSE`,
    );
    expect(stats.snapshot().size).toBe(0);
  });

  it("sends nothing once it is closed", async () => {
    const stats = new StatsRegistry();
    const link = await UdpLink.open({
      name: "udp0",
      bind: parseUdpUnderlay("udp:[::1]:0"),
      peers: [parseUdpPeer("fd77::1=[::1]:9")],
      stats,
    });
    await link.close();
    link.send([frame("fd77::1")]);
    expect(stats.snapshot().size).toBe(0);
  });
});
