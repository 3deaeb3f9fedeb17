// Firewall rules as rules of the engine (spec 04 §4.1).

import { type Direction, EtherType, IpProtocol } from "opte-api";
import { makeRule, type NumberMatch, type Predicate, type Rule, type RulePair } from "opte-core";
import type { FirewallHosts, FirewallPorts, FirewallProtocol, FirewallRule } from "../api/model.js";
import { MetadataKey } from "../metadata-keys.js";

/** The engine's rule for one direction. Its predicates stand in the order protocol, ports, hosts. */
export function firewallRule({ direction, filters, action, priority }: FirewallRule): Rule {
  return makeRule(priority, action === "allow" ? { kind: "statefulAllow" } : { kind: "deny" }, {
    predicates: [
      ...protocolPredicates(filters.protocol),
      ...portPredicates(filters.ports),
      ...hostPredicates(direction, filters.hosts),
    ],
  });
}

/** All rules of the firewall; each direction keeps its order. */
export function firewallRules(
  rules: readonly FirewallRule[],
  make: (rule: FirewallRule) => Rule = firewallRule,
): RulePair {
  const of = (direction: Direction): Rule[] =>
    rules.filter((rule) => rule.direction === direction).map((rule) => make(rule));
  return { in: of("in"), out: of("out") };
}

/** Sorted, without repetitions; neighbours become ranges. */
export function portRanges(ports: readonly number[]): NumberMatch[] {
  const ranges: { first: number; last: number }[] = [];
  for (const port of ports.toSorted((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range !== undefined && port <= range.last + 1) range.last = port;
    else ranges.push({ first: port, last: port });
  }
  return ranges.map(({ first, last }) => (first === last ? first : { first, last }));
}

function protocolPredicates(protocol: FirewallProtocol): Predicate[] {
  switch (protocol.kind) {
    case "any":
      return [];
    case "arp":
      return [{ kind: "etherType", values: [EtherType.Arp] }];
    case "tcp":
      return [{ kind: "ipProtocol", values: [IpProtocol.Tcp] }];
    case "udp":
      return [{ kind: "ipProtocol", values: [IpProtocol.Udp] }];
    case "other":
      return [{ kind: "ipProtocol", values: [protocol.protocol] }];
    case "icmp":
    case "icmpv6": {
      const { kind, filter } = protocol;
      if (filter === undefined) {
        return [{ kind: "ipProtocol", values: [kind === "icmp" ? IpProtocol.Icmp : IpProtocol.Icmpv6] }];
      }
      const { ty, codes } = filter;
      return [
        { kind: kind === "icmp" ? "icmpType" : "icmpv6Type", values: [ty] },
        ...(codes === undefined
          ? []
          : [{ kind: kind === "icmp" ? "icmpCode" : "icmpv6Code", values: [codes] } as const]),
      ];
    }
  }
}

function portPredicates(ports: FirewallPorts): Predicate[] {
  return ports.kind === "any" ? [] : [{ kind: "dstPort", values: portRanges(ports.ports) }];
}

/** Hosts are the remote side: where a packet to the guest comes from, or one of the guest goes. */
function hostPredicates(direction: Direction, hosts: FirewallHosts): Predicate[] {
  switch (hosts.kind) {
    case "any":
      return [];
    case "vni":
      return [{ kind: "meta", key: MetadataKey.Vni, value: String(hosts.vni) }];
    case "ip":
      return hosts.ip.family === 4
        ? [{ kind: direction === "in" ? "ipv4Src" : "ipv4Dst", values: [hosts.ip] }]
        : [{ kind: direction === "in" ? "ipv6Src" : "ipv6Dst", values: [hosts.ip] }];
    case "subnet":
      return hosts.cidr.family === 4
        ? [{ kind: direction === "in" ? "ipv4Src" : "ipv4Dst", values: [hosts.cidr] }]
        : [{ kind: direction === "in" ? "ipv6Src" : "ipv6Dst", values: [hosts.cidr] }];
  }
}
