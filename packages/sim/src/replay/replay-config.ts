// What a replay needs to know: the port, and how the outside reaches it.

import { type BoundaryServices, parsePortConfig, type PortConfig, PortConfigError } from "oxide-vpc/api";

/** A port, and the boundary services that bring return traffic to it. */
export interface ReplayConfig extends PortConfig {
  readonly boundaryServices: BoundaryServices;
}

/**
 * Reads the JSON form of a port, in which a replay needs `boundaryServices` too.
 *
 * @param json what `JSON.parse` gives
 * @throws PortConfigError which lists every fault with the path of its field
 */
export function parseReplayConfig(json: unknown): ReplayConfig {
  const config = parsePortConfig(json);
  const { boundaryServices } = config;
  if (boundaryServices === undefined) {
    const message = "Expected the address, VNI and MAC address that return traffic comes from";
    throw new PortConfigError([{ path: "boundaryServices", message }]);
  }
  return { ...config, boundaryServices };
}
