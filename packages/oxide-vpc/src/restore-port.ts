// Makes a port of its snapshot.

import type { Providers } from "opte-core";
import type { PortConfig } from "./api/model.js";
import type { VpcMappings } from "./mapping/vpc-mappings.js";
import { readVpcSnapshot } from "./snapshot/vpc-snapshot.js";
import { VpcPort } from "./vpc-port.js";

/**
 * Makes the port that a snapshot was taken of, in state *restored*, and maps its private addresses to the sled. With the same mappings and
 * from `port.start()` on it does what the first port would have done.
 *
 * @param snapshot what `VpcPort.snapshot` returned, in whatever way it came here
 * @param admit sees the configuration before anything is made of it, and may refuse it by throwing
 * @throws OpteError `PortCreate` if the snapshot is damaged or of another version, or the port's counters cannot be registered; then
 *   nothing has changed
 */
export function restoreVpcPort(
  snapshot: unknown,
  mappings: VpcMappings,
  providers: Providers,
  admit?: (config: PortConfig) => void,
): VpcPort {
  const draft = readVpcSnapshot(snapshot);
  admit?.(draft.config);
  return new VpcPort(draft.config, mappings, providers, draft);
}
