// A port as one value that a codec can carry, and the port that continues from it elsewhere.

import type { MacAddr } from "opte-api";
import type { PortParts } from "../port-parts.js";
import type { PortImage } from "./port-image.js";
import { readImage, type ImageBounds } from "./read-image.js";
import type { SnapshotDecoder, SnapshotEncoder } from "./snapshot-codec.js";
import { plainData, SnapshotReader } from "./snapshot-reader.js";
import { checksumOf, type SnapshotObject } from "./snapshot-value.js";
import { takeImage } from "./take-image.js";

/**
 * A port's rules, flows, TCP state and counters as plain data, fit for JSON. Its content is for the engine that reads it: whoever carries
 * it may change the order of members and nothing else.
 */
export interface PortSnapshot extends SnapshotObject {
  readonly format: "opte-port";
  readonly version: 1;
  /** CRC-32 of the content. */
  readonly checksum: number;
  readonly content: SnapshotObject;
}

const FORMAT = "opte-port";
const VERSION = 1;

/** What a port is besides its tables. */
export interface PortIdentity extends ImageBounds {
  readonly name: string;
  readonly mac: MacAddr;
}

export function takeSnapshot(
  identity: PortIdentity,
  parts: PortParts,
  epoch: number,
  nowMs: number,
  encoder: SnapshotEncoder,
): PortSnapshot {
  const { name, mac, uft, tcp } = identity;
  const content = {
    name,
    mac: mac.toString(),
    limits: { uft, tcp },
    tables: takeImage(parts, epoch, nowMs, encoder),
  };
  return { format: FORMAT, version: VERSION, checksum: checksumOf(content), content };
}

/**
 * Reads a snapshot of a port that is to be made again.
 *
 * @throws OpteError `PortCreate` if it is damaged, of another version, or of a port with another name, address, limits or layers
 */
export function readSnapshot(snapshot: unknown, identity: PortIdentity, decoder: SnapshotDecoder): PortImage {
  const reader = new SnapshotReader(snapshot, "snapshot").only("format", "version", "checksum", "content");
  reader.get("format").oneOf([FORMAT]);
  const version = reader.get("version");
  if (version.integer() !== VERSION) version.fail(`is ${version.integer()}, and this engine reads ${VERSION}`);
  const content = reader.get("content");
  const checksum = reader.get("checksum");
  if (checksum.uint32() !== checksumOf(plainData(content))) checksum.fail("does not fit the content, which is damaged");
  const { name, mac, uft, tcp } = identity;
  content.get("name").oneOf([name]);
  content.get("mac").oneOf([mac.toString()]);
  content.get("limits").get("uft").integer(uft, uft);
  content.get("limits").get("tcp").integer(tcp, tcp);
  return readImage(content.get("tables"), identity, decoder);
}
