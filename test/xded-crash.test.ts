// Kills `xded` in the middle of commands: what was acknowledged is there again, and nothing by halves. Needs built packages.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { IpAddr, IpCidr, Ipv6Addr, MacAddr, MulticastUnderlay, Vni } from "opte-api";
import { ANY_SOURCE, FirewallRule, parsePortConfig, type PortConfig, RouterTarget, type VpcCfg } from "oxide-vpc/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryLink, nodeClock, Xde, XdeClient } from "xde-binding";
import { InProcessTransport } from "xde-binding/in-process";
import { XdedProcess } from "./xded-process.ts";

/** Commands, and of how many one is interrupted by a kill, on average. */
const [COMMANDS, KILL_ONE_IN] = process.env["OPTE_FUZZ"] === "full" ? ([1000, 3] as const) : ([100, 12] as const);
const SEED = 0x0d7e;
const ARGS = ["--underlay", "udp:[::1]:0"];

type Step = (client: XdeClient) => Promise<unknown>;
type Dice = (below: number) => number;

/** The same numbers for the same seed. */
function diceOf(seed: number): Dice {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
}

/** The device that the daemon should be: the same commands, without a disk. */
function modelClient(): XdeClient {
  const [link] = MemoryLink.pair("udp0", "nowhere");
  const xde = new Xde({ providers: { clock: nodeClock }, links: () => link });
  return new XdeClient(new InProcessTransport(xde.handlers));
}

function portConfig(number: number): PortConfig {
  return parsePortConfig(portJson(number));
}

function portJson(number: number): object {
  return {
    name: `opte${number}`,
    ipCfg: {
      ipv4: {
        vpcSubnet: "10.0.0.0/24",
        privateIp: `10.0.0.${number + 1}`,
        gatewayIp: "10.0.0.254",
        externalIps: { snat: { externalIp: "192.0.2.1", ports: [1024, 2047] } },
      },
    },
    guestMac: `A8:40:25:FF:00:0${number + 1}`,
    gatewayMac: "A8:40:25:FF:77:77",
    vni: 100,
    physIp: "fd44::1",
  };
}

/** A command that may fail on either device, but on both or none. */
function randomStep(dice: Dice): Step {
  const number = dice(3);
  const id = dice(6);
  const portName = `opte${number}`;
  const cidr = IpCidr.parse(`10.${1 + dice(4)}.0.0/16`);
  const phys = { ether: MacAddr.parse("A8:40:25:FF:00:77"), ip: Ipv6Addr.parse("fd77::1"), vni: Vni.of(100 + dice(2)) };
  const vip = IpAddr.parse(`10.0.1.${dice(8)}`);
  const group = IpAddr.parse(`224.1.2.${dice(3)}`);
  const underlay = MulticastUnderlay.parse(`ff04::${1 + dice(3)}`);
  const entry = { dest: cidr, target: RouterTarget.parse("drop"), class: "custom" } as const;
  const tep = [{ ip: Ipv6Addr.parse(`fd99::${1 + dice(3)}`), vni: Vni.of(99) }];
  const rule = FirewallRule.parse(
    `dir=in action=${dice(3) === 0 ? "deny" : "allow"} priority=${1 + dice(9)} protocol=tcp`,
  );
  const nextHops = [
    {
      nextHop: { addr: Ipv6Addr.parse(`fd99::${1 + dice(3)}`), vni: Vni.of(77) },
      replication: "both",
      sourceFilter: ANY_SOURCE,
    },
  ] as const;
  const { ipCfg, guestMac, gatewayMac, vni, physIp, dhcp } = portConfig(number);
  const cfg: VpcCfg = { ipCfg, guestMac, gatewayMac, vni, physIp, dhcp };
  const steps: readonly Step[] = [
    (c) => c.createXde({ linkid: number, xdeDevname: portName, cfg }),
    (c) => c.createXde({ linkid: number, xdeDevname: portName, cfg }),
    (c) => c.addFwRule({ portName, rule }),
    (c) => c.addFwRule({ portName, rule }),
    (c) => c.addFwRule({ portName, rule }),
    (c) => c.remFwRule({ portName, dir: "in", id }),
    (c) => c.setFwRules({ portName, rules: [rule, rule] }),
    (c) => c.addRouterEntry({ portName, ...entry }),
    (c) => c.delRouterEntry({ portName, ...entry }),
    (c) => c.allowCidr({ portName, cidr, dir: "in" }),
    (c) => c.removeCidr({ portName, cidr, dir: "in" }),
    (c) => c.attachSubnet({ portName, cidr, cfg: { isExternal: false } }),
    (c) => c.setVirt2Phys({ vip, phys }),
    (c) => c.clearVirt2Phys({ vip, phys }),
    (c) => c.setVirt2Boundary({ vip: cidr, tep }),
    (c) => c.clearVirt2Boundary({ vip: cidr, tep }),
    (c) => c.setMcast2Phys({ group, underlay }),
    (c) => c.mcastSubscribe({ portName, group, filter: ANY_SOURCE }),
    (c) => c.mcastUnsubscribe({ portName, group }),
    (c) => c.setMcastForwarding({ underlay, nextHops }),
    ...(dice(8) === 0 ? [(c: XdeClient) => c.deleteXde({ xdeDevname: portName })] : []),
    ...(dice(20) === 0 ? [(c: XdeClient) => c.clearXdeUnderlay()] : []),
    (c) => c.setXdeUnderlay({ u1: "udp0", u2: "udp0" }),
  ];
  // Unwrap: the place is below the number of steps
  return steps[dice(steps.length)] as Step;
}

/** Whether the device took the command; nothing else may go wrong. */
async function isTaken(client: XdeClient, step: Step): Promise<boolean> {
  try {
    await step(client);
    return true;
  } catch (error) {
    if (error instanceof Error && "kind" in error && error.kind === "CommandError") return false;
    throw error;
  }
}

/** All that a device holds, as text. */
async function stateOf(client: XdeClient): Promise<string> {
  const { ports } = await client.listPorts();
  const layers = [];
  for (const { name: portName } of ports) {
    for (const { name } of (await client.listLayers({ portName })).layers) {
      layers.push(await client.dumpLayer({ portName, name }));
    }
  }
  return JSON.stringify({
    ports,
    layers,
    v2p: await client.dumpVirt2Phys(),
    v2b: await client.dumpVirt2Boundary(),
    m2p: await client.dumpMcast2Phys(),
    subscriptions: await client.dumpMcastSubscriptions(),
    forwarding: await client.dumpMcastForwarding(),
  });
}

let folder: string;
let xded: XdedProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xded-crash-"));
});
afterEach(async () => {
  await xded?.end("SIGKILL");
  xded = undefined;
  await rm(folder, { recursive: true });
});

describe("xded", () => {
  it(
    "has after a kill at any moment what it acknowledged, and the command under way wholly or not at all",
    { timeout: 1_200_000 },
    async () => {
      const dice = diceOf(SEED);
      const model = modelClient();
      xded = await XdedProcess.start(folder, ARGS);
      let client = xded.client();
      let kills = 0;
      for (let number = 0; number < COMMANDS; number++) {
        const step = randomStep(dice);
        if (dice(KILL_ONE_IN) > 0) {
          expect(await isTaken(client, step), `command ${number}`).toBe(await isTaken(model, step));
          continue;
        }
        kills += 1;
        const before = await stateOf(model);
        const answer = isTaken(client, step).catch(() => undefined);
        await pause(dice(4));
        await xded.end("SIGKILL");
        const taken = await answer;
        client.close();
        xded = await XdedProcess.start(folder, ARGS);
        client = xded.client();
        const after = await stateOf(client);
        if (taken === undefined && after === before) continue;
        expect(await isTaken(model, step), `command ${number}`).toBe(taken ?? true);
        expect(after, `command ${number}`).toBe(await stateOf(model));
      }
      expect(kills).toBeGreaterThan(0);
      expect(await stateOf(client)).toBe(await stateOf(model));
      client.close();
    },
  );

  it("has the same after a graceful stop, for which it waits until commands under way are done", async () => {
    xded = await XdedProcess.start(folder, ARGS);
    const client = xded.client();
    const dice = diceOf(SEED);
    for (let i = 0; i < 60; i++) await isTaken(client, randomStep(dice));
    const before = await stateOf(client);
    client.close();
    expect(await xded.end("SIGTERM")).toBe(0);
    xded = await XdedProcess.start(folder, ARGS);
    const second = xded.client();
    expect(await stateOf(second)).toBe(before);
    second.close();
    expect(await xded.end("SIGINT")).toBe(0);
  });

  it("does not start on a damaged state file, names it and leaves it as it is", async () => {
    xded = await XdedProcess.start(folder, ARGS);
    const client = xded.client();
    await client.setXdeUnderlay({ u1: "udp0", u2: "udp0" });
    client.close();
    await xded.end("SIGTERM");
    const path = join(folder, "state", "xde.state");
    const damaged = await readFile(path);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
    await writeFile(path, damaged);
    await expect(XdedProcess.start(folder, ARGS)).rejects.toThrow(`State file "${path}" is damaged at byte 8`);
    expect(await readFile(path)).toEqual(damaged);
  });

  it("does not start where another one works, and says what contradicts the saved state", async () => {
    const config = join(folder, "xded.json");
    const port = { ...portJson(0), mtu: 1400 };
    await writeFile(config, JSON.stringify({ ports: [port] }));
    xded = await XdedProcess.start(folder, [...ARGS, "--config", config]);
    await expect(XdedProcess.start(folder, ARGS)).rejects.toThrow("is in use by another xded");
    await xded.end("SIGTERM");
    await writeFile(config, JSON.stringify({ ports: [{ ...port, mtu: 1300, vni: 101 }] }));
    await expect(XdedProcess.start(folder, [...ARGS, "--config", config])).rejects.toThrow(
      'port "opte0": vni is 100 in the saved state, and 101 in the configuration\n' +
        '  port "opte0": mtu is 1400 in the saved state, and 1300 in the configuration',
    );
    await writeFile(config, JSON.stringify({ ports: [{ ...port, vni: "x" }] }));
    await expect(XdedProcess.start(folder, [...ARGS, "--config", config])).rejects.toThrow("ports[0].vni: Expected");
  });
});
