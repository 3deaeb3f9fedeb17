// Writes a port down as plain data: its rules at once, its flows from a copy.

import type { Direction } from "opte-api";
import type { MemoryRoom } from "../../flow/memory-room.js";
import type { Layer } from "../../layer/layer.js";
import type { PortParts } from "../port-parts.js";
import { frozenTables } from "./frozen-tables.js";
import type { SnapshotEncoder } from "./snapshot-codec.js";
import type { SnapshotObject } from "./snapshot-value.js";
import { writeFlows } from "./write-flows.js";

/** How much of a port a snapshot holds: all of it, or its rules with their ids and its epoch, without flows, hits and counters. */
export type SnapshotExtent = "all" | "rules";

/**
 * Takes a copy of a port.
 *
 * @returns writes the copy down, with pauses in which the port may change: the members that `readImage` reads
 */
export function takeImage(
  parts: PortParts,
  epoch: number,
  nowMs: number,
  encoder: SnapshotEncoder,
  extent: SnapshotExtent,
  room: MemoryRoom,
): () => Generator<undefined, SnapshotObject> {
  const hasFlows = extent === "all";
  const head = {
    epoch,
    stats: hasFlows ? [...parts.stats] : null,
    layers: parts.layers.map((layer) => layerValue(layer, encoder, hasFlows)),
  };
  const tables = hasFlows ? frozenTables(parts, room) : undefined;
  return function* write(): Generator<undefined, SnapshotObject> {
    return tables === undefined ? head : { ...head, ...(yield* writeFlows(tables, nowMs, encoder)) };
  };
}

function layerValue(layer: Layer, encoder: SnapshotEncoder, hasHits: boolean): SnapshotObject {
  const counted = (count: number): number => (hasHits ? count : 0);
  const rules = (dir: Direction): SnapshotObject => {
    const { entries, nextId, defaultHits } = layer.rules[dir];
    return {
      nextId,
      defaultHits: counted(defaultHits),
      entries: entries.map(({ id, hits, rule }) => ({
        id,
        hits: counted(hits),
        rule: encoder.rule(layer.name, dir, rule),
      })),
    };
  };
  return {
    name: layer.name,
    limit: layer.flows.limit,
    stats: hasHits ? [...layer.stats.values] : null,
    in: rules("in"),
    out: rules("out"),
  };
}
