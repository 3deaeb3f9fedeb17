// Makes a port of its snapshot.

import type { Providers } from "opte-core";
import type { VpcMappings } from "./mapping/vpc-mappings.js";
import { readVpcSnapshot } from "./snapshot/vpc-snapshot.js";
import { VpcPort } from "./vpc-port.js";

/**
 * Makes the port that a snapshot was taken of, in state *restored*, and maps its private addresses to the sled. With the same mappings and
 * from `port.start()` on it does what the first port would have done.
 *
 * @param snapshot what `VpcPort.snapshot` returned, in whatever way it came here
 * @throws OpteError `PortCreate` if the snapshot is damaged or of another version, or the port's counters cannot be registered; then
 *   nothing has changed
 */
export function restoreVpcPort(snapshot: unknown, mappings: VpcMappings, providers: Providers): VpcPort {
  const draft = readVpcSnapshot(snapshot);
  return new VpcPort(draft.config, mappings, providers, draft);
}
