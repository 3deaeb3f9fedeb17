// A port as one value that a codec can carry, and the port that continues from it elsewhere.

import type { MacAddr } from "opte-api";
import type { MemoryRoom } from "../../flow/memory-room.js";
import type { PortParts } from "../port-parts.js";
import type { ImageBounds, PortImage } from "./port-image.js";
import { readImage } from "./read-image.js";
import type { SnapshotDecoder, SnapshotEncoder } from "./snapshot-codec.js";
import { openSnapshot, sealSnapshot, type SnapshotEnvelope } from "./snapshot-envelope.js";
import { takeImage, type SnapshotExtent } from "./take-image.js";

const FORMAT = "opte-port";
const VERSION = 2;

/**
 * A port's rules, flows, TCP state and counters as plain data, fit for JSON. Its content is for the engine that reads it: whoever carries
 * it may change the order of members and nothing else.
 */
export type PortSnapshot = SnapshotEnvelope<typeof FORMAT, typeof VERSION>;

/** What a port is besides its tables. */
export interface PortIdentity extends ImageBounds {
  readonly name: string;
  readonly mac: MacAddr;
}

/** A port's state at one moment, yet to be written down. */
export interface PortCopy {
  /** Writes it down, with pauses in which the port may change. */
  write(): Generator<undefined, PortSnapshot>;
}

export function copyPort(
  identity: PortIdentity,
  parts: PortParts,
  epoch: number,
  nowMs: number,
  encoder: SnapshotEncoder,
  extent: SnapshotExtent,
  room: MemoryRoom,
): PortCopy {
  const { name, mac, uft, tcp } = identity;
  const head = { name, mac: mac.toString(), limits: { uft, tcp } };
  const write = takeImage(parts, epoch, nowMs, encoder, extent, room);
  return {
    *write() {
      return sealSnapshot(FORMAT, VERSION, { ...head, tables: yield* write() });
    },
  };
}

/**
 * Reads a snapshot of a port that is to be made again. Pauses between slices of the work.
 *
 * @throws OpteError `PortCreate` if it is damaged, of another version, or of a port with another name, address, limits or layers
 */
export function* readSnapshot(
  snapshot: unknown,
  identity: PortIdentity,
  decoder: SnapshotDecoder,
): Generator<undefined, PortImage> {
  const content = openSnapshot(snapshot, FORMAT, VERSION);
  const { name, mac, uft, tcp } = identity;
  content.get("name").oneOf([name]);
  content.get("mac").oneOf([mac.toString()]);
  content.get("limits").get("uft").integer(uft, uft);
  content.get("limits").get("tcp").integer(tcp, tcp);
  return yield* readImage(content.get("tables"), identity, decoder);
}
