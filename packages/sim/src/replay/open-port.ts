// Makes the port that a configuration describes, with its rules, routes and mappings, and starts it.

import type { Port, Providers } from "opte-core";
import { VpcMappings, VpcPort } from "oxide-vpc";
import type { PortConfig } from "oxide-vpc/api";

/** @throws OpteError if the port cannot be made, or a route is none */
export function openPort(config: PortConfig, providers: Providers): Port {
  const mappings = new VpcMappings();
  for (const { vip, phys } of config.v2p) mappings.v2p.set(vip, phys);
  for (const { vip, tep } of config.v2b) mappings.v2b.add(vip, tep);
  for (const { group, underlay } of config.m2p) mappings.m2p.set(group, underlay);
  const vpcPort = new VpcPort(config, mappings, providers);
  for (const route of config.routes) vpcPort.addRouterEntry(route);
  vpcPort.setFirewallRules(config.firewallRules);
  vpcPort.port.start();
  return vpcPort.port;
}
