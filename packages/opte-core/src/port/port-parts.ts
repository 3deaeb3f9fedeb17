// What the files of port/ share: the tables and surroundings of one port.

import type { FlowKey } from "../flow/flow-id.js";
import type { FlowPairs } from "../layer/flow-pairs.js";
import type { Layer } from "../layer/layer.js";
import type { Walk } from "../layer/walk.js";
import type { CompleteProviders } from "../provider/providers.js";
import type { TemplateTable } from "../transform/template-table.js";
import type { NetworkDefinition } from "./network-definition.js";
import type { TcpFlows } from "./tcp-flows.js";
import type { TcpTracking } from "./tcp-tracking.js";
import type { UftPair } from "./uft-pair.js";

export interface PortParts {
  readonly port: string;
  readonly providers: CompleteProviders;
  readonly network: NetworkDefinition;
  /** In outbound order. */
  readonly layers: readonly Layer[];
  readonly pairs: FlowPairs;
  readonly uft: UftPair;
  readonly tcp: TcpFlows;
  readonly tracking: TcpTracking;
  readonly templates: TemplateTable;
  readonly stats: Float64Array;
  readonly walk: Walk;
  /** For short-lived use inside one function. */
  readonly scratchKey: FlowKey;
}
