// Makes a port of its whole configuration.

import type { Providers } from "opte-core";
import type { PortConfig } from "./api/model.js";
import type { VpcMappings } from "./mapping/vpc-mappings.js";
import { VpcPort } from "./vpc-port.js";

/**
 * Makes a port, in state *ready*, with the routes and firewall rules of its configuration, and adds the configuration's mappings to those
 * of the sled.
 *
 * @throws OpteError `BadName`, `PortCreate`, `InvalidRouterEntry`; then the mappings are as they were
 */
export function openPort(config: PortConfig, mappings: VpcMappings, providers: Providers): VpcPort {
  const port = new VpcPort(config, mappings, providers);
  try {
    for (const route of config.routes) port.addRouterEntry(route);
    port.setFirewallRules(config.firewallRules);
  } catch (error) {
    port.close();
    throw error;
  }
  for (const { vip, phys } of config.v2p) mappings.v2p.set(vip, phys);
  for (const { vip, tep } of config.v2b) mappings.v2b.add(vip, tep);
  for (const { group, underlay } of config.m2p) mappings.m2p.set(group, underlay);
  return port;
}
