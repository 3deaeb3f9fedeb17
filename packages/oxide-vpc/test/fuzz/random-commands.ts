// Random commands to one port and its mappings, and what follows from them for the model.

import { type Direction, type IpAddr, IpCidr, OpteError, type Vni } from "opte-api";
import {
  type FirewallRule,
  FirewallRule as Rule,
  type InternetGatewayMap,
  type RouterEntry,
} from "../../src/api/index.js";
import type { VpcMappings, VpcPort } from "../../src/index.js";
import type { Random } from "../random.js";
import { everyAddress } from "./address-pool.js";
import type { PortModel } from "./port-model.js";
import {
  randomEndpoints,
  randomExternalIps,
  randomGateways,
  randomRoute,
  randomUnderlayGroup,
  type Scene,
} from "./random-config.js";

const LAYERS = ["gateway", "firewall", "router", "nat", "overlay"];
const PROTOCOLS = ["any", "tcp", "udp", "icmp", "icmp6", "icmp:8", "icmp:3,0-4", "icmp6:128,0", "arp"];
const PORT_LISTS = ["any", "22", "22,80,53", "1024,65535", "53,55,80"];
const PRIORITIES = [0, 1, 1, 2, 65534];

/** What commands act on. */
export interface Target {
  readonly scene: Scene;
  readonly vpc: VpcPort;
  readonly mappings: VpcMappings;
  readonly model: PortModel;
  /** Passes time, and lets flows expire where it says so. */
  readonly advance: (ms: number, expire: boolean) => void;
}

/** One random command. A refused one must leave everything as it was, so the model does not hear of it. */
export function randomCommand(random: Random, target: Target): void {
  attempt(random.of(COMMANDS), random, target);
}

function attempt(command: RandomCommand, random: Random, target: Target): void {
  try {
    command(random, target);
  } catch (error) {
    if (!(error instanceof OpteError)) throw error;
  }
}

/** What most ports get before their first packet, or hardly anything would pass; the rest is left to chance. */
export function prepare(random: Random, target: Target): void {
  const { mappings, model, scene, vpc } = target;
  const { config, ipv4, ipv6, macs } = scene;
  for (const pool of [ipv4, ipv6]) {
    const everything = IpCidr.parse(pool.subnet.family === 4 ? "0.0.0.0/0" : "::/0");
    for (const vip of pool.peers) {
      if (random.below(3) === 0) continue;
      mappings.v2p.set(vip, { vni: config.vni, ether: random.of(macs), ip: config.physIp });
      model.addGuest(vip, config.vni);
    }
    if (random.below(5) > 0) mappings.v2b.add(everything, randomEndpoints(random));
    const routes: RouterEntry[] = [
      { dest: everything, class: "system", target: { kind: "internetGateway" } },
      { dest: pool.subnet, class: "system", target: { kind: "vpcSubnet", cidr: pool.subnet } },
    ];
    for (const route of routes) if (random.below(5) > 0) vpc.addRouterEntry(route);
  }
  for (let i = random.below(4); i > 0; i--) attempt(addRoute, random, target);
  replaceRules(random, target);
}

function randomRule(random: Random, { ipv4, ipv6, vnis }: Scene): FirewallRule {
  const pool = random.below(2) === 0 ? ipv4 : ipv6;
  const hosts = random.of([
    () => "any",
    () => "any",
    () => `ip=${random.of<IpAddr>(everyAddress<IpAddr>(pool)).toString()}`,
    () => `subnet=${pool.cidr(random).toString()}`,
    () => `vni=${random.of(vnis)}`,
  ])();
  const action = random.below(3) === 0 ? "deny" : "allow";
  const priority = random.of(PRIORITIES);
  const line = `dir=${direction(random)} action=${action} priority=${priority} hosts=${hosts}`;
  return Rule.parse(`${line} protocol=${random.of(PROTOCOLS)} port=${random.of(PORT_LISTS)}`);
}

type RandomCommand = (random: Random, target: Target) => void;

const replaceRules: RandomCommand = (random, { scene, vpc, model }) => {
  const rules = Array.from({ length: random.below(8) }, () => randomRule(random, scene));
  if (random.below(2) === 0) rules.push(Rule.parse("dir=in action=allow priority=65535"));
  vpc.setFirewallRules(rules);
  model.firewall.replace(rules);
};

const addRule: RandomCommand = (random, { scene, vpc, model }) => {
  const rule = randomRule(random, scene);
  const id = vpc.addFirewallRule(rule);
  if (id !== model.firewall.add(rule)) throw new Error(`Rule got the id ${id}`);
};

const removeRule: RandomCommand = (random, { vpc, model }) => {
  const dir = direction(random);
  const ids = model.firewall.ids(dir);
  const id = random.below(6) === 0 || ids.length === 0 ? 9999 : random.of(ids);
  vpc.removeFirewallRule(dir, id);
  if (id === 9999) throw new Error("A rule that nobody added was removed");
  model.firewall.remove(dir, id);
};

const addRoute: RandomCommand = (random, { scene, vpc }) => {
  vpc.addRouterEntry(randomRoute(random, scene));
};

const removeRoute: RandomCommand = (random, { scene, vpc }) => {
  vpc.delRouterEntry(randomRoute(random, scene));
};

const setExternalIps: RandomCommand = (random, { scene, vpc, model }) => {
  const { ipv4, ipv6 } = scene;
  const inetGwMap: InternetGatewayMap | undefined = random.below(2) === 0 ? undefined : randomGateways(random, scene);
  const externalIps = {
    ...(random.below(5) === 0 || !scene.has4 ? {} : { externalIpsV4: randomExternalIps(random, ipv4) }),
    ...(random.below(5) === 0 || !scene.has6 ? {} : { externalIpsV6: randomExternalIps(random, ipv6) }),
    // Now and then of a family that the port has not
    ...(random.below(20) === 0 ? { externalIpsV6: randomExternalIps(random, ipv6) } : {}),
  };
  model.givenGateways = inetGwMap;
  vpc.setExternalIps({ ...externalIps, ...(inetGwMap === undefined ? {} : { inetGwMap }) });
  model.gateways = inetGwMap;
};

const allowCidr: RandomCommand = (random, { scene, vpc, model }) => {
  const [cidr, dir] = [randomCidr(random, scene), direction(random)];
  vpc.allowCidr(cidr, dir);
  model.transit[dir].set(cidr.toString(), cidr);
};

const removeCidr: RandomCommand = (random, { scene, vpc, model }) => {
  const dir = direction(random);
  const cidr = random.below(3) === 0 ? randomCidr(random, scene) : someOf(random, model.transit[dir], scene);
  vpc.removeCidr(cidr, dir);
  model.transit[dir].delete(cidr.toString());
};

const attachSubnet: RandomCommand = (random, { scene, vpc, model }) => {
  const cidr = randomCidr(random, scene);
  const { epoch } = vpc.port;
  vpc.attachSubnet(cidr, { isExternal: random.below(2) === 0 });
  if (vpc.port.epoch !== epoch) model.gateways = model.givenGateways;
  model.attached.set(cidr.toString(), cidr);
};

const detachSubnet: RandomCommand = (random, { scene, vpc, model }) => {
  const cidr = random.below(3) === 0 ? randomCidr(random, scene) : someOf(random, model.attached, scene);
  const { epoch } = vpc.port;
  vpc.detachSubnet(cidr);
  if (vpc.port.epoch !== epoch) model.gateways = model.givenGateways;
  model.attached.delete(cidr.toString());
};

const setGuest: RandomCommand = (random, { scene, mappings, model }) => {
  const vip = anyAddress(random, scene);
  const vni = random.of(scene.vnis);
  mappings.v2p.set(vip, { vni, ether: random.of(scene.macs), ip: scene.config.physIp });
  model.addGuest(vip, vni);
};

const removeGuest: RandomCommand = (random, { scene, mappings, model }) => {
  const vip = anyAddress(random, scene);
  const vni: Vni = random.of(scene.vnis);
  mappings.v2p.remove(vni, vip);
  model.removeGuest(vip, vni);
};

const changeBoundary: RandomCommand = (random, { scene, mappings }) => {
  const cidr = randomCidr(random, scene);
  if (random.below(3) === 0) mappings.v2b.remove(cidr, randomEndpoints(random));
  else mappings.v2b.add(cidr, randomEndpoints(random));
};

const changeGroup: RandomCommand = (random, { scene, mappings }) => {
  const group = random.of<IpAddr>([...scene.ipv4.groups, ...scene.ipv6.groups]);
  if (random.below(3) === 0) mappings.m2p.remove(group);
  else mappings.m2p.set(group, randomUnderlayGroup(random));
};

const passTime: RandomCommand = (random, { advance }) => {
  advance(random.of([1, 999, 5000, 30_000, 59_999, 60_000, 120_000]), random.below(3) > 0);
};

const clearUft: RandomCommand = (_random, { vpc }) => vpc.port.clearUft();

const clearLayer: RandomCommand = (random, { vpc, model }) => {
  const layer = random.of(LAYERS);
  vpc.port.clearLft(layer);
  if (layer === "firewall") model.firewall.forgetFlows();
};

/** Stands still for a while: what changes rules is refused, and so are packets. */
const pause: RandomCommand = (_random, { vpc }) => vpc.port.pause();

const reset: RandomCommand = (_random, { vpc, model }) => {
  vpc.port.reset();
  model.firewall.forgetFlows();
};

const COMMANDS: readonly RandomCommand[] = [
  ...[replaceRules, addRule, addRule, addRule, removeRule, removeRule],
  ...[addRoute, addRoute, addRoute, removeRoute, setExternalIps, setExternalIps],
  ...[allowCidr, allowCidr, removeCidr, attachSubnet, attachSubnet, detachSubnet],
  ...[setGuest, setGuest, removeGuest, changeBoundary, changeBoundary, changeGroup],
  ...[passTime, passTime, passTime, passTime, clearUft, clearLayer],
  ...[pause, reset],
];

function direction(random: Random): Direction {
  return random.below(2) === 0 ? "in" : "out";
}

function randomCidr(random: Random, { ipv4, ipv6 }: Scene): IpCidr {
  return random.below(2) === 0 ? ipv4.cidr(random) : ipv6.cidr(random);
}

function someOf(random: Random, cidrs: ReadonlyMap<string, IpCidr>, scene: Scene): IpCidr {
  return cidrs.size === 0 ? randomCidr(random, scene) : random.of([...cidrs.values()]);
}

function anyAddress(random: Random, { ipv4, ipv6 }: Scene): IpAddr {
  return random.below(2) === 0 ? random.of(everyAddress(ipv4)) : random.of(everyAddress(ipv6));
}
