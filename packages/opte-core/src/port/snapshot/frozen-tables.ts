// A copy of a port's tables as they are at one moment, to be written down while the port goes on.

import { type FlowRecords } from "../../flow/flow-table.js";
import { MemoryRoom } from "../../flow/memory-room.js";
import type { PairRecords } from "../../layer/flow-pairs.js";
import type { LayerFlows } from "../../layer/layer-flows.js";
import type { Template } from "../../transform/template-table.js";
import type { PortParts } from "../port-parts.js";
import type { UftPairRecords } from "../uft-pair.js";

export interface FrozenTables {
  readonly layers: readonly FrozenLayer[];
  readonly pairs: PairRecords;
  readonly tcp: FlowRecords;
  readonly uft: UftPairRecords;
  readonly templates: readonly (Template | undefined)[];
}

export interface FrozenLayer {
  readonly name: string;
  /** By which pairs know whose they are. */
  readonly owner: LayerFlows;
  readonly in: FlowRecords;
  readonly out: FlowRecords;
}

/** Copies everything at once: the one step for which the port stands still. */
export function frozenTables({ layers, pairs, tcp, uft, templates }: PortParts, room: MemoryRoom): FrozenTables {
  return {
    layers: layers.map(({ name, flows }) => ({
      name,
      owner: flows,
      in: flows.table("in").frozen(room),
      out: flows.table("out").frozen(room),
    })),
    pairs: pairs.frozen(room),
    tcp: tcp.table.frozen(room),
    uft: uft.frozen(room),
    templates: templates.all(),
  };
}

/** Gets memory ready for that, so that the step is short. */
export function roomForTables({ layers, pairs, tcp, uft }: PortParts): Generator<undefined, MemoryRoom> {
  return MemoryRoom.of([
    ...layers.flatMap(({ flows }) => [...flows.table("in").wordsInUse, ...flows.table("out").wordsInUse]),
    ...pairs.wordsInUse,
    ...tcp.table.wordsInUse,
    ...uft.wordsInUse,
  ]);
}
