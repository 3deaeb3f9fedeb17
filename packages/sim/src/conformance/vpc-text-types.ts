// The types of text.jsonl that oxide-vpc reads, by their names there: firewall rules, routes, multicast.

import { IpAddr } from "opte-api";
import {
  FirewallAction,
  FirewallFilters,
  FirewallHosts,
  FirewallPorts,
  FirewallProtocol,
  FirewallRule,
  Replication,
  RouterClass,
  RouterTarget,
  SourceFilter,
} from "oxide-vpc/api";
import { FieldReader, type Json, type JsonObject, readString } from "./json.js";
import { fromText, type TextType } from "./text-type.js";

/** Syntaxes of the VPC's commands. */
export const VPC_TEXT_TYPES: Readonly<Record<string, TextType>> = {
  router_class: fromText((text) => {
    const value = RouterClass.parse(text);
    return { canonical: RouterClass.format(value), fields: { value } };
  }),
  router_target: fromText((text) => {
    const target = RouterTarget.parse(text);
    return { canonical: RouterTarget.format(target), fields: targetFields(target) };
  }),
  fw_action: fromText((text) => ({ canonical: null, fields: { value: FirewallAction.parse(text) } })),
  fw_hosts: fromText((text) => {
    const hosts = FirewallHosts.parse(text);
    return { canonical: FirewallHosts.toReferenceString(hosts), fields: { hosts: FirewallHosts.format(hosts) } };
  }),
  fw_protocol: fromText((text) => {
    const protocol = FirewallProtocol.parse(text);
    return { canonical: FirewallProtocol.toReferenceString(protocol), fields: { protocol: protocolJson(protocol) } };
  }),
  fw_ports: fromText((text) => {
    const ports = FirewallPorts.parse(text);
    return { canonical: FirewallPorts.toReferenceString(ports), fields: { ports: portsJson(ports) } };
  }),
  fw_rule: fromText((text) => {
    const { direction, priority, action, filters } = FirewallRule.parse(text);
    const rule = {
      dir: direction,
      priority,
      action,
      hosts: FirewallHosts.format(filters.hosts),
      protocol: protocolJson(filters.protocol),
      ports: portsJson(filters.ports),
    };
    return { canonical: null, fields: { filters_canonical: FirewallFilters.toReferenceString(filters), rule } };
  }),
  replication: fromText((text) => {
    const replication = Replication.parse(text);
    return { canonical: Replication.format(replication), fields: { value: Replication.code(replication) } };
  }),
  source_filter: (input) => {
    const reader = new FieldReader(input, "input");
    const mode = reader.oneOf("mode", ["include", "exclude"]);
    const filter = SourceFilter.of(mode, reader.list("sources", readString).map(IpAddr.parse));
    return { canonical: SourceFilter.format(filter), fields: {} };
  },
};

function targetFields(target: RouterTarget): JsonObject {
  switch (target.kind) {
    case "drop":
      return { kind: "drop" };
    case "internetGateway":
      return { kind: "internet_gateway", uuid: target.uuid ?? null };
    case "ip":
      return { kind: "ip", ip: target.ip.toString() };
    case "vpcSubnet":
      return { kind: "subnet", cidr: target.cidr.toString() };
  }
}

function protocolJson(protocol: FirewallProtocol): Json {
  const name = protocol.kind === "icmpv6" ? "icmp6" : protocol.kind;
  if (!("filter" in protocol)) return { name };
  const { ty, codes } = protocol.filter;
  return {
    name,
    icmp_type: ty,
    ...(codes === undefined ? {} : { code_first: codes.first, code_last: codes.last }),
  };
}

function portsJson(ports: FirewallPorts): Json {
  return ports.kind === "any" ? "any" : ports.ports;
}
