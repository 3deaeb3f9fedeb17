// `create-xde --config FILE`: a port with its rules, routes and mappings in one go.

import type { PortConfig } from "oxide-vpc/api";
import { UsageError } from "../grammar/usage-error.js";
import type { Session } from "../run/session.js";
import type { XdeDevice } from "../run/xde-device.js";
import { readPortConfig } from "./port-config-file.js";

/**
 * Table sizes and boundary services of the file are not a port's to ask for: the device has its own.
 *
 * @param hasMore whether the command line says more of the port than its file
 * @throws UsageError if it does
 */
export async function createFromConfig(session: Session, file: string, hasMore: boolean): Promise<void> {
  if (hasMore) {
    throw new UsageError("'--config <FILE>' says all of a port: it cannot be used with a name or other options of it");
  }
  const config = await readPortConfig(session.surroundings, file);
  const device = await session.device();
  const { name: xdeDevname, mtu, ipCfg, guestMac, gatewayMac, vni, physIp, dhcp } = config;
  const cfg = { ipCfg, guestMac, gatewayMac, vni, physIp, dhcp };
  await device.call("CreateXde", { linkid: 0, xdeDevname, cfg, mtu });
  try {
    await program(device, config);
  } catch (error) {
    // Half a port would let through what its rules do not; the first error is the one to tell.
    await device.call("DeleteXde", { xdeDevname }).catch(() => undefined);
    throw error;
  }
}

/** Mappings come last, as they are shared and outlive the port. */
async function program(device: XdeDevice, config: PortConfig): Promise<void> {
  const portName = config.name;
  if (config.firewallRules.length > 0) await device.call("SetFwRules", { portName, rules: config.firewallRules });
  for (const route of config.routes) await device.call("AddRouterEntry", { portName, ...route });
  for (const guest of config.v2p) await device.call("SetVirt2Phys", guest);
  for (const prefix of config.v2b) await device.call("SetVirt2Boundary", prefix);
  for (const group of config.m2p) await device.call("SetMcast2Phys", group);
}
