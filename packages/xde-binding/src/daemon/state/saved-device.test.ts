import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IpCidr, Ipv4Addr, MacAddr, MulticastUnderlay, Ipv6Addr, Vni, IpAddr } from "opte-api";
import { Frame, NULL_LOG } from "opte-core";
import { type FirewallRule, parsePortConfig, type PortConfig, ANY_SOURCE } from "oxide-vpc/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ipFrame, udp } from "../../../../oxide-vpc/test/frames.js";
import { Xde } from "../../device/xde.js";
import { extensionHandlers } from "../../extension/extension-handlers.js";
import { MemoryLink } from "../../link/memory-link.js";
import { StatsRegistry } from "../../provider/stats-registry.js";
import { TraceHub } from "../../trace/trace-hub.js";
import type { DeviceHandlers } from "../../ioctl/device-handlers.js";
import { SavedDevice, STATE_FILE } from "./saved-device.js";

const clock = { nowMs: (): number => 0 };

/** A device with two links, and what it is saved by. */
interface Bench {
  readonly xde: Xde;
  readonly saved: SavedDevice;
  readonly handlers: DeviceHandlers;
}

async function openBench(folder: string, linkName = "net0"): Promise<Bench> {
  const stats = new StatsRegistry();
  const trace = new TraceHub(clock);
  const [link] = MemoryLink.pair("net0", "wire");
  const xde = new Xde({ providers: { clock, stats }, links: (name) => (name === linkName ? link : undefined) });
  const handlers = { ...xde.handlers, ...extensionHandlers({ xde, stats, trace }) };
  const saved = await SavedDevice.open({ folder, xde, handlers, log: NULL_LOG, hasLink: (name) => name === linkName });
  return { xde, saved, handlers: saved.handlers };
}

const captured: unknown = JSON.parse(
  await readFile(new URL("../../../../sim/captures/port.json", import.meta.url), "utf8"),
);
const port: PortConfig = parsePortConfig(captured);
const rule: FirewallRule = {
  direction: "in",
  filters: { hosts: { kind: "any" }, protocol: { kind: "tcp" }, ports: { kind: "any" } },
  action: "allow",
  priority: 100,
};

/** Of the guest, to a neighbour. */
const ping = ipFrame(
  { src: port.guestMac, dst: port.gatewayMac },
  Ipv4Addr.parse("172.30.0.5"),
  Ipv4Addr.parse("172.30.0.6"),
  udp(9, 9),
);

/** Whether this process has a file open; Linux tells. */
async function isHeldOpen(path: string): Promise<boolean> {
  const descriptors = await readdir("/proc/self/fd").catch(() => []);
  const files = descriptors.map((descriptor) => readlink(`/proc/self/fd/${descriptor}`).catch(() => ""));
  return (await Promise.all(files)).includes(path);
}

/** All that a device has to bring back. */
async function stateOf({ xde }: Bench): Promise<unknown> {
  const { handlers } = xde;
  return {
    underlay: xde.underlay,
    ports: xde.ports.map((each) => ({ state: each.port.state, snapshot: each.snapshot("rules") })),
    v2p: await handlers.DumpVirt2Phys(undefined),
    v2b: await handlers.DumpVirt2Boundary(undefined),
    m2p: await handlers.DumpMcast2Phys(undefined),
    subscriptions: xde.subscriptions,
    forwarding: await handlers.DumpMcastForwarding(undefined),
  };
}

const group = IpAddr.parse("224.1.2.3");
const otherGroup = IpAddr.parse("224.1.2.4");
const underlay = MulticastUnderlay.parse("ff04::1");
const otherUnderlay = MulticastUnderlay.parse("ff04::2");

/** Programs a device with something of everything. */
async function program({ handlers, saved }: Bench): Promise<void> {
  const portName = port.name;
  await handlers.SetXdeUnderlay({ u1: "net0", u2: "net0" });
  await saved.createPort(port);
  for (let i = 0; i < 3; i++) await handlers.AddFwRule({ portName, rule: { ...rule, priority: 100 + i } });
  await handlers.RemFwRule({ portName, dir: rule.direction, id: 0 });
  await handlers.AddRouterEntry({
    portName,
    dest: IpCidr.parse("10.9.0.0/16"),
    target: { kind: "drop" },
    class: "custom",
  });
  await handlers.AllowCidr({ portName, cidr: IpCidr.parse("10.8.0.0/16"), dir: "in" });
  const phys = { ether: MacAddr.parse("A8:40:25:FF:00:09"), ip: Ipv6Addr.parse("fd77::9"), vni: Vni.of(7) };
  await handlers.SetVirt2Phys({ vip: Ipv4Addr.parse("172.30.0.6"), phys: { ...phys, vni: port.vni } });
  await handlers.SetVirt2Phys({ vip: Ipv4Addr.parse("10.0.0.9"), phys });
  await handlers.SetVirt2Boundary({ vip: IpCidr.parse("0.0.0.0/0"), tep: [{ ip: phys.ip, vni: Vni.of(99) }] });
  await handlers.SetMcast2Phys({ group, underlay });
  await handlers.McastSubscribe({ portName, group, filter: ANY_SOURCE });
  await handlers.SetMcast2Phys({ group, underlay: otherUnderlay });
  await handlers.SetMcast2Phys({ group: otherGroup, underlay });
  await handlers.McastSubscribe({ portName, group: otherUnderlay.address, filter: ANY_SOURCE });
  await handlers.SetMcastForwarding({
    underlay,
    nextHops: [{ nextHop: { addr: phys.ip, vni: Vni.of(77) }, replication: "both", sourceFilter: ANY_SOURCE }],
  });
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xded-device-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("SavedDevice", () => {
  it("brings everything back by its commands, every rule with its id", async () => {
    const first = await openBench(folder);
    await program(first);
    const before = await stateOf(first);
    await first.saved.close();
    const second = await openBench(folder);
    expect(await stateOf(second)).toEqual(before);
    const rules = second.xde.port(port.name).port.dumpLayerRules("firewall");
    const ids = [...rules.rulesIn, ...rules.rulesOut].map(({ id }) => id);
    expect(ids).not.toContain(0);
    await second.saved.close();
  });

  it("brings the same back by an image, and goes on with the same ids", async () => {
    const first = await openBench(folder);
    await program(first);
    const before = await stateOf(first);
    const long = first.saved.size;
    await first.saved.compact();
    await first.handlers.ClearVirt2Phys({
      vip: Ipv4Addr.parse("10.0.0.9"),
      phys: { ether: MacAddr.parse("A8:40:25:FF:00:09"), ip: Ipv6Addr.parse("fd77::9"), vni: Vni.of(8) },
    });
    await first.saved.close();
    const second = await openBench(folder);
    expect(await stateOf(second)).toEqual(before);
    expect(second.saved.size).not.toBe(long);
    const id = first.xde.port(port.name).addFirewallRule(rule);
    expect(await second.handlers.AddFwRuleId?.({ portName: port.name, rule })).toEqual({ id });
    await second.saved.close();
  });

  it("takes the flows of a running port over once, after a stop that kept them", async () => {
    const first = await openBench(folder);
    await program(first);
    const guest = first.xde.attach(port.name, () => undefined);
    guest.send([Frame.ofGuest(ping)]);
    const flows = first.xde.port(port.name).port.dumpUft().outNumFlows;
    expect(flows).toBe(1);
    await first.saved.saveFlows();
    await first.saved.close();
    const second = await openBench(folder);
    expect(second.xde.port(port.name).port.state).toBe("running");
    expect(second.xde.port(port.name).port.dumpUft().outNumFlows).toBe(flows);
    await second.saved.close();
    const third = await openBench(folder);
    expect(third.xde.port(port.name).port.state).toBe("ready");
    await third.saved.close();
  });

  it("puts a snapshot in the place of a port, with its subscriptions, and brings it back", async () => {
    const first = await openBench(folder);
    await program(first);
    const snapshot: unknown = JSON.parse(JSON.stringify(first.xde.port(port.name).snapshot()));
    const before = await stateOf(first);
    await first.handlers.SetFwRules({ portName: port.name, rules: [] });
    await first.saved.replacePort(port.name, snapshot);
    first.xde.port(port.name).port.reset();
    expect(await stateOf(first)).toEqual(before);
    await expect(first.saved.replacePort(port.name, {})).rejects.toMatchObject({ kind: "PortCreate" });
    await expect(first.saved.replacePort("none", snapshot)).rejects.toMatchObject({ kind: "PortNotFound" });
    first.xde.port(port.name).port.reset();
    expect(await stateOf(first)).toEqual(before);
    await first.saved.close();
    const second = await openBench(folder);
    expect(await stateOf(second)).toEqual(before);
    await second.saved.close();
  });

  it("leaves refused commands out", async () => {
    const first = await openBench(folder);
    await program(first);
    const before = await stateOf(first);
    await expect(first.saved.createPort(port)).rejects.toMatchObject({ kind: "PortExists" });
    await expect(first.handlers.ClearXdeUnderlay(undefined)).rejects.toMatchObject({ kind: "System" });
    await expect(first.handlers.DeleteXde({ xdeDevname: "none" })).rejects.toMatchObject({ kind: "PortNotFound" });
    await first.saved.close();
    const second = await openBench(folder);
    expect(await stateOf(second)).toEqual(before);
    await second.saved.close();
  });

  it("does not start without the links of its underlay, and has lost nothing by the attempt", async () => {
    const first = await openBench(folder);
    const unknown = async (): Promise<unknown> => await first.handlers.SetXdeUnderlay({ u1: "net1", u2: "net0" });
    await expect(unknown()).rejects.toThrow('link "net1" does not exist');
    await first.handlers.SetXdeUnderlay({ u1: "net0", u2: "net0" });
    await first.saved.close();
    await expect(openBench(folder, "net1")).rejects.toThrow(
      'The saved underlay needs link "net0", which is not configured: see --underlay',
    );
    expect(await isHeldOpen(join(folder, STATE_FILE))).toBe(false);
    const second = await openBench(folder);
    expect(second.xde.underlay).toEqual({ u1: "net0", u2: "net0" });
    await second.saved.close();
  });

  it("has nothing of a port that was not made whole", async () => {
    const bench = await openBench(folder);
    await bench.handlers.SetXdeUnderlay({ u1: "net0", u2: "net0" });
    const bad = {
      dest: IpCidr.parse("10.0.0.0/8"),
      target: { kind: "ip", ip: IpAddr.parse("fd00::1") },
      class: "system",
    } as const;
    await expect(bench.saved.createPort({ ...port, routes: [...port.routes, bad] })).rejects.toMatchObject({
      kind: "InvalidRouterEntry",
    });
    expect(bench.xde.ports).toEqual([]);
    const { mappings } = await bench.handlers.DumpVirt2Phys(undefined);
    expect(mappings.flatMap(({ ip4, ip6 }) => [...ip4, ...ip6])).toEqual([]);
    await bench.saved.close();
  });

  it("refuses a damaged state file by its name, and leaves it as it is", async () => {
    const first = await openBench(folder);
    await program(first);
    await first.saved.close();
    const path = join(folder, STATE_FILE);
    const damaged = await readFile(path);
    damaged.writeUInt8(damaged.readUInt8(200) ^ 0x10, 200);
    await writeFile(path, damaged);
    await expect(openBench(folder)).rejects.toThrow(`State file "${path}" is damaged at byte`);
    expect(await readFile(path)).toEqual(damaged);
  });
});
