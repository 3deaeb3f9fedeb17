// Ports in worker threads come to the same as ports in one thread. Needs built packages: workers load them.

import { type Direction, Ipv4Addr, MacAddr, OpteError } from "opte-api";
import { Frame, type Port, Verdict } from "opte-core";
import { openPort, VpcMappings } from "oxide-vpc";
import { FirewallRule, GATEWAY_MAC, parsePortConfig, type PortConfig } from "oxide-vpc/api";
import { afterEach, describe, expect, it } from "vitest";
import { nodeClock, ShardedPorts, StatsRegistry } from "xde-binding";
import {
  ACK,
  echo,
  encapsulate,
  ICMP,
  ipFrame,
  type Message,
  SYN,
  tcp,
  udp,
} from "../packages/oxide-vpc/test/frames.ts";

const PORTS = 5;
const FRAMES = 3000;
const GATEWAY = Ipv4Addr.parse("10.0.0.1");

const RULES = ["dir=in action=allow priority=10 hosts=vni=100", "dir=out action=deny priority=5 protocol=udp port=666"];

function config(i: number): PortConfig {
  const parsed = parsePortConfig({
    name: `opte${i}`,
    ipCfg: {
      ipv4: {
        vpcSubnet: "10.0.0.0/24",
        privateIp: `10.0.0.${10 + i}`,
        gatewayIp: "10.0.0.1",
        externalIps: { snat: { externalIp: "192.0.2.1", ports: [1024 * (i + 1), 1024 * (i + 1) + 15] } },
      },
    },
    guestMac: macOf(i).toString(),
    gatewayMac: GATEWAY_MAC.toString(),
    vni: 100,
    physIp: `fd00::${i + 1}`,
    limits: { uft: 64, tcp: 32, firewall: 64, nat: 64 },
    routes: [
      { dest: "10.0.0.0/24", target: { kind: "vpcSubnet", cidr: "10.0.0.0/24" }, class: "system" },
      { dest: "0.0.0.0/0", target: { kind: "internetGateway" }, class: "system" },
    ],
    v2b: [{ vip: "0.0.0.0/0", tep: [{ ip: "fd00:99::1", vni: 99 }] }],
  });
  return { ...parsed, firewallRules: RULES.map((line) => FirewallRule.parse(line)) };
}

function macOf(i: number): MacAddr {
  return MacAddr.fromWords(0xa840, 0x25000000 + i);
}

function ipOf(i: number): Ipv4Addr {
  return Ipv4Addr.fromNumber(0x0a00000a + i);
}

interface Packet {
  readonly to: number;
  readonly dir: Direction;
  readonly bytes: Uint8Array;
}

/** Repeatable traffic of all kinds: new flows and old ones, neighbours, the outside, answers, nonsense; tables overflow. */
function packets(): Packet[] {
  let state = 99;
  const below = (count: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % count;
  };
  return Array.from({ length: FRAMES }, () => {
    const to = below(PORTS);
    const message = ((): Message => {
      const port = 2000 + below(60);
      switch (below(4)) {
        case 0:
          return tcp(port, 80, below(3) === 0 ? ACK : SYN, below(9));
        case 1:
          return udp(port, below(9) === 0 ? 666 : 53, [1, 2, 3]);
        case 2:
          return echo(ICMP, 8, port);
        default:
          return udp(port, 53);
      }
    })();
    const peer = below(PORTS + 3);
    switch (below(5)) {
      case 0: {
        const inner = ipFrame({ src: macOf(peer), dst: macOf(to) }, ipOf(peer), ipOf(to), message);
        const tunnel = { src: config(0).physIp, dst: config(to).physIp, vni: 100 };
        return { to, dir: "in", bytes: encapsulate(inner, tunnel) };
      }
      case 1: {
        const frame = ipFrame({ src: macOf(to), dst: GATEWAY_MAC }, ipOf(to), GATEWAY, echo(ICMP, 8, 1));
        return { to, dir: "out", bytes: below(4) === 0 ? frame.slice(0, 20 + below(20)) : frame };
      }
      case 2: {
        const outside = Ipv4Addr.fromNumber(0x08080800 + below(4));
        return { to, dir: "out", bytes: ipFrame({ src: macOf(to), dst: GATEWAY_MAC }, ipOf(to), outside, message) };
      }
      default:
        return { to, dir: "out", bytes: ipFrame({ src: macOf(to), dst: GATEWAY_MAC }, ipOf(to), ipOf(peer), message) };
    }
  });
}

/** What became of the packets of each port, in their order, and what was counted. */
interface Outcome {
  readonly results: readonly string[][];
  readonly stats: Readonly<Record<string, number>>[];
}

const text = (verdict: Verdict, bytes: Uint8Array): string =>
  `${verdict} ${verdict <= Verdict.Hairpin ? Buffer.from(bytes).toString("hex") : ""}`;

function inOneThread(traffic: readonly Packet[]): Outcome {
  const mappings = new VpcMappings();
  const registry = new StatsRegistry();
  const ports = Array.from({ length: PORTS }, (_, i): Port => {
    const { port } = openPort(config(i), mappings, { clock: nodeClock, stats: registry });
    port.start();
    return port;
  });
  const results = ports.map((): string[] => []);
  for (const { to, dir, bytes } of traffic) {
    const port = ports[to];
    if (port === undefined) throw new Error("No such port");
    const frame = dir === "out" ? Frame.ofGuest(bytes) : Frame.ofUnderlay(bytes);
    const verdict = port.process(dir, frame);
    results[to]?.push(text(verdict, (verdict === Verdict.Hairpin ? port.result.hairpin : frame).toBytes()));
  }
  return { results, stats: ports.map(({ name }) => registry.snapshot().get(`xde:${name}`) ?? {}) };
}

describe("ports in worker threads", () => {
  let sharded: ShardedPorts | undefined;
  afterEach(() => sharded?.close());

  async function start(shards: number): Promise<ShardedPorts> {
    sharded = await ShardedPorts.start(shards, { ringFrames: 64 });
    return sharded;
  }

  it.each([1, 2, 3])("make of every packet what one thread makes of it, in %i shards", async (shards) => {
    const traffic = packets();
    const expected = inOneThread(traffic);
    const all = await start(shards);
    const ports = [];
    for (let i = 0; i < PORTS; i++) ports.push(await all.open(config(i)));
    const results = ports.map((): string[] => []);
    const keep = (port: { readonly index: number }, _dir: Direction, verdict: Verdict, frame: Frame): void => {
      results[port.index]?.push(text(verdict, frame.toBytes()));
    };
    for (const { to, dir, bytes } of traffic) {
      const port = ports[to];
      if (port === undefined) throw new Error("No such port");
      while (!all.offer(port, dir, bytes)) await all.drain(keep);
    }
    await all.drain(keep);
    // Commands are answered in their order, and statistics published before
    await all.command("ListLayers", { portName: "opte0" });
    expect(results).toEqual(expected.results);
    expect(new Set(results.flat().map((line) => line[0]))).toEqual(new Set(["0", "1", "2", "3", "4"]));
    const { stats } = expected;
    for (const [i, { name }] of ports.entries()) expect(all.stats().get(`xde:${name}`)).toEqual(stats[i]);
  });

  it("obey commands: those of a port in its shard, mappings in all", async () => {
    const all = await start(2);
    const a = await all.open(config(0));
    const b = await all.open(config(1));
    expect([a.shard, b.shard]).toEqual([0, 1]);
    const frame = ipFrame({ src: macOf(0), dst: GATEWAY_MAC }, ipOf(0), ipOf(200), udp(1, 2));
    const verdicts: Verdict[] = [];
    const send = async (): Promise<void> => {
      all.offer(a, "out", frame);
      await all.drain((_port, _dir, verdict) => verdicts.push(verdict));
    };
    await send();
    await all.command("SetVirt2Phys", {
      vip: ipOf(200),
      phys: { ether: macOf(200), ip: config(1).physIp, vni: config(1).vni },
    });
    await send();
    await all.command("SetFwRules", {
      portName: a.name,
      rules: [FirewallRule.parse("dir=out action=deny priority=1")],
    });
    await send();
    expect(verdicts).toEqual([Verdict.Drop, Verdict.Modified, Verdict.Drop]);
    const { layers } = await all.command("ListLayers", { portName: b.name });
    expect(layers.map(({ name }) => name)).toContain("firewall");
  });

  it("fail a command as one thread does, by the same error", async () => {
    const all = await start(2);
    await all.open(config(0));
    await expect(all.command("ListLayers", { portName: "opte7" })).rejects.toEqual(
      new OpteError({ kind: "PortNotFound", port: "opte7" }),
    );
    await expect(all.open(config(0))).rejects.toEqual(new OpteError({ kind: "PortExists", port: "opte0" }));
    await expect(all.command("DumpLayer", { portName: "opte0", name: "roof" })).rejects.toEqual(
      new OpteError({ kind: "LayerNotFound", layer: "roof" }),
    );
  });
});
