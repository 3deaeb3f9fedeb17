// Makes a port of a device from its whole configuration.

import type { VpcPort } from "oxide-vpc";
import type { PortConfig } from "oxide-vpc/api";
import type { Xde } from "../../device/xde.js";

/**
 * Makes the port, with its routes, firewall rules and mappings.
 *
 * @throws OpteError as `Xde.createPort`, and `InvalidRouterEntry`; then there is no such port and the mappings are as they were
 */
export function openPort(xde: Xde, config: PortConfig): VpcPort {
  const port = xde.createPort(config);
  try {
    for (const route of config.routes) port.addRouterEntry(route);
    port.setFirewallRules(config.firewallRules);
  } catch (error) {
    void xde.handlers.DeleteXde({ xdeDevname: config.name });
    throw error;
  }
  const { v2p, v2b, m2p } = xde.mappings;
  for (const { vip, phys } of config.v2p) v2p.set(vip, phys);
  for (const { vip, tep } of config.v2b) v2b.add(vip, tep);
  for (const { group, underlay } of config.m2p) m2p.set(group, underlay);
  return port;
}
