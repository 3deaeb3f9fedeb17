// Scenario values in the vectors' text forms, read into those of oxide-vpc.

import { DomainName, IpAddr, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, MacAddr, PortRange, Vni } from "opte-api";
import {
  FirewallAction,
  FirewallHosts,
  FirewallProtocol,
  Uuid,
  type ExternalIpCfg,
  type FirewallRule,
  type InternetGatewayMap,
  type IpCfg,
  type IpFamilyCfg,
  type PhysNet,
  type TunnelEndpoint,
  type VpcCfg,
} from "oxide-vpc/api";
import type { ScenarioExternalIps, ScenarioFwRule, ScenarioIpCfg, ScenarioPort } from "./scenario.js";

export function vpcCfgOf(port: ScenarioPort): VpcCfg {
  const { dhcp } = port;
  return {
    ipCfg: ipCfgOf(port.ip_cfg),
    guestMac: MacAddr.parse(port.guest_mac),
    gatewayMac: MacAddr.parse(port.gateway_mac),
    vni: Vni.of(port.vni),
    physIp: Ipv6Addr.parse(port.phys_ip),
    dhcp: {
      ...(dhcp.hostname !== null && { hostname: DomainName.parse(dhcp.hostname) }),
      ...(dhcp.host_domain !== null && { hostDomain: DomainName.parse(dhcp.host_domain) }),
      domainSearchList: dhcp.domain_search_list.map((name) => DomainName.parse(name)),
      dns4Servers: dhcp.dns4_servers.map((ip) => Ipv4Addr.parse(ip)),
      dns6Servers: dhcp.dns6_servers.map((ip) => Ipv6Addr.parse(ip)),
    },
  };
}

export function externalIpv4Of(cfg: ScenarioExternalIps): ExternalIpCfg<Ipv4Addr> {
  return externalIpsOf(cfg, (text) => Ipv4Addr.parse(text));
}

export function externalIpv6Of(cfg: ScenarioExternalIps): ExternalIpCfg<Ipv6Addr> {
  return externalIpsOf(cfg, (text) => Ipv6Addr.parse(text));
}

export function gatewayMapOf(map: Readonly<Record<string, readonly string[]>>): InternetGatewayMap {
  return Object.entries(map).map(([ip, uuids]) => [IpAddr.parse(ip), uuids.map((uuid) => Uuid.parse(uuid))]);
}

export function firewallRuleOf(rule: ScenarioFwRule): FirewallRule {
  return {
    direction: rule.dir,
    priority: rule.priority,
    action: FirewallAction.parse(rule.action),
    filters: {
      hosts: FirewallHosts.parse(rule.hosts),
      protocol: protocolOf(rule.protocol),
      ports: rule.ports === "any" ? { kind: "any" } : { kind: "portList", ports: rule.ports },
    },
  };
}

export function physNetOf(phys: { readonly ether: string; readonly ip: string; readonly vni: number }): PhysNet {
  return { ether: MacAddr.parse(phys.ether), ip: Ipv6Addr.parse(phys.ip), vni: Vni.of(phys.vni) };
}

export function endpointsOf(tep: readonly { readonly ip: string; readonly vni: number }[]): TunnelEndpoint[] {
  return tep.map(({ ip, vni }) => ({ ip: Ipv6Addr.parse(ip), vni: Vni.of(vni) }));
}

function ipCfgOf({ ipv4, ipv6 }: ScenarioPort["ip_cfg"]): IpCfg {
  const v4 =
    ipv4 &&
    familyOf(
      ipv4,
      (text) => Ipv4Addr.parse(text),
      (text) => Ipv4Cidr.parse(text),
    );
  const v6 =
    ipv6 &&
    familyOf(
      ipv6,
      (text) => Ipv6Addr.parse(text),
      (text) => Ipv6Cidr.parse(text),
    );
  if (v4 !== undefined) return v6 === undefined ? { ipv4: v4 } : { ipv4: v4, ipv6: v6 };
  if (v6 !== undefined) return { ipv6: v6 };
  throw new Error("The scenario's port has no address");
}

function familyOf<Ip extends Ipv4Addr | Ipv6Addr, Cidr extends Ipv4Cidr | Ipv6Cidr>(
  cfg: ScenarioIpCfg,
  ip: (text: string) => Ip,
  cidr: (text: string) => Cidr,
): IpFamilyCfg<Ip, Cidr> {
  return {
    vpcSubnet: cidr(cfg.vpc_subnet),
    privateIp: ip(cfg.private_ip),
    gatewayIp: ip(cfg.gateway_ip),
    externalIps: externalIpsOf(cfg.external_ips, ip),
    attachedSubnets: cfg.attached_subnets.map((each) => ({ cidr: cidr(each.cidr), isExternal: each.is_external })),
    transitIps: cfg.transit_ips.map((each) => ({
      cidr: cidr(each.cidr),
      allowIn: each.allow_in,
      allowOut: each.allow_out,
    })),
  };
}

function externalIpsOf<Ip extends IpAddr>(cfg: ScenarioExternalIps, ip: (text: string) => Ip): ExternalIpCfg<Ip> {
  const { snat, ephemeral_ip: ephemeral, floating_ips: floating } = cfg;
  return {
    ...(snat !== null && { snat: { externalIp: ip(snat.external_ip), ports: new PortRange(...snat.ports) } }),
    ...(ephemeral !== null && { ephemeralIp: ip(ephemeral) }),
    floatingIps: floating.map((text) => ip(text)),
  };
}

/** `other:N` is the vectors' own form; the rest is the firewall's syntax, with `-` in ranges of codes. */
function protocolOf(text: string): FirewallProtocol {
  const other = /^other:(\d+)$/.exec(text);
  if (other !== null) return { kind: "other", protocol: Number(other[1]) };
  return FirewallProtocol.parse(text);
}
