// The one JSON form of a port, read and written.

import type { IpAddr, IpCidr } from "opte-api";
import * as v from "valibot";
import type { ExternalIpCfg } from "../external-ip-cfg.js";
import type { FirewallProtocol } from "../firewall-protocol.js";
import type { FirewallFilters, FirewallRule } from "../firewall-rule.js";
import { defaultLimits } from "../port-limits.js";
import type { RouterTarget } from "../router-target.js";
import type { DhcpCfg, IpFamilyCfg } from "../vpc-cfg.js";
import { DEFAULT_MTU } from "../well-known.js";
import type { PortConfig } from "./port-config.js";
import { configIssue, PortConfigError } from "./port-config-error.js";
import { portConfigSchema } from "./port-config-schema.js";

/** A value that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object that JSON can hold. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * Reads a port from its JSON form, that is from what `JSON.parse` gives. Absent are read as: `mtu` 1500, `limits` those of
 * {@link defaultLimits}, `dhcp` and lists empty, flags false.
 *
 * @throws PortConfigError which lists every fault with the path of its field
 */
export function parsePortConfig(json: unknown): PortConfig {
  const result = v.safeParse(portConfigSchema, json);
  if (!result.success) {
    throw new PortConfigError(result.issues.map((issue) => configIssue(issue)));
  }
  const { limits, mtu, ...rest } = result.output;
  return { ...rest, mtu: mtu ?? DEFAULT_MTU, limits: { ...defaultLimits(rest.ipCfg), ...limits } };
}

/** Writes a port in its JSON form, as what `JSON.stringify` takes: whole, with all defaults; {@link parsePortConfig} reads it back. */
export function portConfigJson(config: PortConfig): JsonObject {
  const { ipv4, ipv6 } = config.ipCfg;
  return {
    name: config.name,
    ipCfg: {
      ...(ipv4 === undefined ? {} : { ipv4: familyJson(ipv4) }),
      ...(ipv6 === undefined ? {} : { ipv6: familyJson(ipv6) }),
    },
    guestMac: config.guestMac.toString(),
    gatewayMac: config.gatewayMac.toString(),
    vni: config.vni,
    physIp: config.physIp.toString(),
    mtu: config.mtu,
    dhcp: dhcpJson(config.dhcp),
    limits: { ...config.limits },
    firewallRules: config.firewallRules.map(ruleJson),
    routes: config.routes.map((route) => ({
      dest: route.dest.toString(),
      target: targetJson(route.target),
      class: route.class,
    })),
    v2p: config.v2p.map(({ vip, phys }) => ({
      vip: vip.toString(),
      phys: { ether: phys.ether.toString(), ip: phys.ip.toString(), vni: phys.vni },
    })),
    v2b: config.v2b.map(({ vip, tep }) => ({
      vip: vip.toString(),
      tep: tep.map(({ ip, vni }) => ({ ip: ip.toString(), vni })),
    })),
    m2p: config.m2p.map(({ group, underlay }) => ({ group: group.toString(), underlay: underlay.toString() })),
    ...(config.boundaryServices === undefined
      ? {}
      : {
          boundaryServices: {
            ip: config.boundaryServices.ip.toString(),
            vni: config.boundaryServices.vni,
            mac: config.boundaryServices.mac.toString(),
          },
        }),
  };
}

function familyJson(cfg: IpFamilyCfg<IpAddr, IpCidr>): JsonValue {
  return {
    vpcSubnet: cfg.vpcSubnet.toString(),
    privateIp: cfg.privateIp.toString(),
    gatewayIp: cfg.gatewayIp.toString(),
    externalIps: externalIpsJson(cfg.externalIps),
    attachedSubnets: cfg.attachedSubnets.map(({ cidr, isExternal }) => ({ cidr: cidr.toString(), isExternal })),
    transitIps: cfg.transitIps.map(({ cidr, allowIn, allowOut }) => ({ cidr: cidr.toString(), allowIn, allowOut })),
  };
}

function externalIpsJson({ snat, ephemeralIp, floatingIps }: ExternalIpCfg<IpAddr>): JsonValue {
  return {
    ...(snat === undefined
      ? {}
      : { snat: { externalIp: snat.externalIp.toString(), ports: [snat.ports.first, snat.ports.last] } }),
    ...(ephemeralIp === undefined ? {} : { ephemeralIp: ephemeralIp.toString() }),
    floatingIps: floatingIps.map(String),
  };
}

function dhcpJson({ hostname, hostDomain, domainSearchList, dns4Servers, dns6Servers }: DhcpCfg): JsonValue {
  return {
    ...(hostname === undefined ? {} : { hostname: hostname.text }),
    ...(hostDomain === undefined ? {} : { hostDomain: hostDomain.text }),
    domainSearchList: domainSearchList.map(({ text }) => text),
    dns4Servers: dns4Servers.map(String),
    dns6Servers: dns6Servers.map(String),
  };
}

function ruleJson({ direction, filters, action, priority }: FirewallRule): JsonValue {
  return { direction, filters: filtersJson(filters), action, priority };
}

function filtersJson({ hosts, protocol, ports }: FirewallFilters): JsonValue {
  return {
    hosts:
      hosts.kind === "ip"
        ? { kind: hosts.kind, ip: hosts.ip.toString() }
        : hosts.kind === "subnet"
          ? { kind: hosts.kind, cidr: hosts.cidr.toString() }
          : { ...hosts },
    protocol: protocolJson(protocol),
    ports: ports.kind === "any" ? { kind: ports.kind } : { kind: ports.kind, ports: ports.ports },
  };
}

function protocolJson(protocol: FirewallProtocol): JsonValue {
  switch (protocol.kind) {
    case "icmp":
    case "icmpv6": {
      const { kind, filter } = protocol;
      if (filter === undefined) return { kind };
      const { ty, codes } = filter;
      return { kind, filter: codes === undefined ? { ty } : { ty, codes: { ...codes } } };
    }
    case "other":
      return { kind: protocol.kind, protocol: protocol.protocol };
    default:
      return { kind: protocol.kind };
  }
}

function targetJson(target: RouterTarget): JsonValue {
  switch (target.kind) {
    case "drop":
    case "internetGateway":
      return { ...target };
    case "ip":
      return { kind: target.kind, ip: target.ip.toString() };
    case "vpcSubnet":
      return { kind: target.kind, cidr: target.cidr.toString() };
  }
}
