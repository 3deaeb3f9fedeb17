// Makes what a configuration asks for and the saved state does not have.

import type { Xde } from "../device/xde.js";
import { configConflicts } from "./config/config-conflicts.js";
import type { XdedConfig } from "./config/xded-config.js";
import type { SavedDevice } from "./state/saved-device.js";

/** The configuration contradicts the saved state. */
class ConfigConflict extends Error {
  override readonly name = "ConfigConflict";
}

/**
 * Sets the underlay and makes the ports that are missing, each with the rules, routes and mappings that the configuration gives it. A port
 * that is there keeps what commands have made of it since.
 *
 * @param link name of the link that both ends of a missing underlay are set to
 * @throws ConfigConflict naming every field of a port that is different for good; then nothing was made
 */
export async function applyConfig(
  { ports }: Pick<XdedConfig, "ports">,
  xde: Xde,
  device: SavedDevice,
  link: string | undefined,
): Promise<void> {
  const existing = new Map(xde.ports.map((port) => [port.name, port]));
  const conflicts = ports.flatMap((wanted) => {
    const port = existing.get(wanted.name);
    return port === undefined ? [] : configConflicts(wanted, port);
  });
  if (conflicts.length > 0) {
    throw new ConfigConflict(`The configuration contradicts the saved state:\n  ${conflicts.join("\n  ")}`);
  }
  const missing = ports.filter(({ name }) => !existing.has(name));
  if (missing.length > 0 && link !== undefined && xde.underlay === undefined) {
    await device.handlers.SetXdeUnderlay({ u1: link, u2: link });
  }
  for (const config of missing) await device.createPort(config);
}
