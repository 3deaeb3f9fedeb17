// What the firewall of spec 04 §4 should say, found the plain way: every rule is asked, and flows are remembered in maps.

import type { Direction, IpAddr, IpCidr } from "opte-api";
import type { FlowKey } from "opte-core";
import type { FirewallHosts, FirewallProtocol, FirewallRule } from "../../src/api/index.js";

/** A packet as the firewall layer sees it. */
export interface SeenPacket {
  readonly dir: Direction;
  readonly flow: FlowKey;
  /** VNI that the packet is tagged with; `undefined` for none. */
  readonly vni: () => number | undefined;
}

/** A flow that was allowed. */
export interface AllowedFlow {
  /** Of the packet that came last, by whatever path. */
  lastMs: number;
  readonly isTcp: boolean;
}

interface PlacedRule {
  readonly rule: FirewallRule;
  readonly id: number;
}

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
const TTL_MS = 60_000;

/** The firewall of one port. */
export class FirewallModel {
  #rules: readonly PlacedRule[] = [];
  readonly #nextId = { in: 0, out: 0 };
  readonly #flows: Readonly<Record<Direction, Map<number, AllowedFlow>>> = { in: new Map(), out: new Map() };

  /** Rules of a direction by id. */
  ids(dir: Direction): number[] {
    return this.#rules.filter(({ rule }) => rule.direction === dir).map(({ id }) => id);
  }

  /** @returns the id of the rule in its direction */
  add(rule: FirewallRule): number {
    const id = this.#nextId[rule.direction]++;
    this.#rules = [...this.#rules, { rule, id }];
    return id;
  }

  remove(dir: Direction, id: number): void {
    this.#rules = this.#rules.filter((placed) => placed.rule.direction !== dir || placed.id !== id);
  }

  /** Replaces the rules and forgets the flows. */
  replace(rules: readonly FirewallRule[]): void {
    this.#rules = [];
    for (const rule of rules) this.add(rule);
    this.forgetFlows();
  }

  forgetFlows(): void {
    this.#flows.in.clear();
    this.#flows.out.clear();
  }

  forgetFlow(dir: Direction, flow: FlowKey): void {
    this.#flows[dir].delete(flowKeyNumber(flow.words));
  }

  /** Forgets flows that have been idle too long; a TCP flow may outlive its silence, as far as its connection does. */
  expire(nowMs: number): void {
    for (const flows of [this.#flows.in, this.#flows.out]) {
      for (const [key, flow] of flows) if (!flow.isTcp && nowMs - flow.lastMs >= TTL_MS) flows.delete(key);
    }
  }

  /** The flow of a packet, if it was allowed before. */
  known({ dir, flow }: SeenPacket): AllowedFlow | undefined {
    return this.#flows[dir].get(flowKeyNumber(flow.words));
  }

  /** Whether the rules, or where none matches the default, allow a packet. */
  rulesAllow(packet: SeenPacket): boolean {
    let first: PlacedRule | undefined;
    for (const placed of this.#rules) {
      if (ruleMatches(placed.rule, packet) && (first === undefined || isBefore(placed, first))) first = placed;
    }
    return first === undefined ? packet.dir === "out" : first.rule.action === "allow";
  }

  /** Remembers a packet's flow in both directions. */
  allow({ dir, flow }: SeenPacket, nowMs: number): AllowedFlow {
    const allowed = { lastMs: nowMs, isTcp: flow.proto === TCP };
    this.#flows[dir].set(flowKeyNumber(flow.words), allowed);
    this.#flows[dir === "in" ? "out" : "in"].set(mirroredKeyOf(flow), allowed);
    return allowed;
  }
}

/** Lower numbers come first, then denials, then what was added last. */
function isBefore(a: PlacedRule, b: PlacedRule): boolean {
  if (a.rule.priority !== b.rule.priority) return a.rule.priority < b.rule.priority;
  if (a.rule.action !== b.rule.action) return a.rule.action === "deny";
  return a.id > b.id;
}

function ruleMatches({ direction, filters }: FirewallRule, { dir, flow, vni }: SeenPacket): boolean {
  return (
    direction === dir &&
    protocolMatches(filters.protocol, flow) &&
    (filters.ports.kind === "any" ||
      ((flow.proto === TCP || flow.proto === UDP) && filters.ports.ports.includes(dstPort(flow)))) &&
    hostMatches(filters.hosts, flow, dir === "in" ? 0 : 4, vni)
  );
}

function protocolMatches(protocol: FirewallProtocol, flow: FlowKey): boolean {
  switch (protocol.kind) {
    case "any":
      return true;
    case "arp":
      return false;
    case "tcp":
      return flow.proto === TCP;
    case "udp":
      return flow.proto === UDP;
    case "other":
      return flow.proto === protocol.protocol;
    default: {
      if (flow.proto !== (protocol.kind === "icmp" ? ICMP : ICMPV6)) return false;
      const info = word(flow, 8);
      const { filter } = protocol;
      if (filter === undefined) return true;
      const code = (info >>> 8) & 0xff;
      const { ty, codes } = filter;
      return ty === (info & 0xff) && (codes === undefined || (codes.first <= code && code <= codes.last));
    }
  }
}

/** @param at word of the remote address in the flow */
function hostMatches(hosts: FirewallHosts, flow: FlowKey, at: number, vni: SeenPacket["vni"]): boolean {
  switch (hosts.kind) {
    case "any":
      return true;
    case "vni":
      return vni() === hosts.vni;
    case "ip":
      return addressIs(hosts.ip, flow, at);
    case "subnet":
      return cidrHas(hosts.cidr, flow, at);
  }
}

/** Whether an address of a flow, which begins at word `at`, lies in a CIDR. */
export function cidrHas(cidr: IpCidr, flow: FlowKey, at: number): boolean {
  const network = cidr.family === 4 ? [cidr.network.value] : cidr.network.words;
  return addressIn(network, cidr.family, cidr.prefixLen, flow, at);
}

/** Whether an address of a flow, which begins at word `at`, is this one. */
export function addressIs(ip: IpAddr, flow: FlowKey, at: number): boolean {
  return addressIn(ip.family === 4 ? [ip.value] : ip.words, ip.family, 128, flow, at);
}

function addressIn(network: readonly number[], family: 4 | 6, prefixLen: number, flow: FlowKey, at: number): boolean {
  if (flow.family !== family) return false;
  return network.every((bits, i) => {
    const kept = Math.max(0, Math.min(32, prefixLen - 32 * i));
    const difference = (bits ^ bigEndian(word(flow, at + i))) >>> 0;
    return kept === 0 || difference >>> (32 - kept) === 0;
  });
}

/** A number for a flow: the same for the same words, and for all that can happen here different for different ones. */
export function flowKeyNumber(words: Iterable<number>): number {
  let high = 0x811c9dc5;
  let low = 0x12345678;
  for (const word of words) {
    high = Math.imul(high ^ word, 0x01000193) ^ (low >>> 7);
    low = Math.imul(low ^ word, 0x85ebca6b) ^ (high >>> 13);
  }
  return (high >>> 0) * 0x200000 + (low >>> 11);
}

/** The key of the packets that answer. */
function mirroredKeyOf(flow: FlowKey): number {
  const { words, proto } = flow;
  const answer = Int32Array.of(
    ...words.subarray(4, 8),
    ...words.subarray(0, 4),
    mirroredInfo(proto, word(flow, 8)),
    word(flow, 9),
  );
  return flowKeyNumber(answer);
}

function mirroredInfo(proto: number, info: number): number {
  if (proto === TCP || proto === UDP) return (info << 16) | (info >>> 16);
  if (((info >>> 8) & 0xff) !== 0) return info;
  const [request, reply] = proto === ICMP ? [8, 0] : [128, 129];
  const type = info & 0xff;
  if (type === request) return (info & ~0xff) | reply;
  return type === reply ? (info & ~0xff) | request : info;
}

function dstPort(flow: FlowKey): number {
  return bigEndian(word(flow, 8)) & 0xffff;
}

/** A word that was read in memory order by a little-endian host. */
function bigEndian(word: number): number {
  return (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

function word({ words }: FlowKey, at: number): number {
  return words[at] ?? 0;
}
