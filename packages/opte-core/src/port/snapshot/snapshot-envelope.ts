// What is around the content of every snapshot: its format, its version, and a checksum, so that no other and no damaged one is read.

import { plainData, SnapshotReader } from "./snapshot-reader.js";
import { checksumOf, type SnapshotObject } from "./snapshot-value.js";

/** A snapshot in the one form that all have; whoever carries it may change the order of members and nothing else. */
export interface SnapshotEnvelope<Format extends string, Version extends number> extends SnapshotObject {
  readonly format: Format;
  readonly version: Version;
  /** CRC-32 of the content. */
  readonly checksum: number;
  readonly content: SnapshotObject;
}

/** Puts content into an envelope. */
export function sealSnapshot<Format extends string, Version extends number>(
  format: Format,
  version: Version,
  content: SnapshotObject,
): SnapshotEnvelope<Format, Version> {
  return { format, version, checksum: checksumOf(content), content };
}

/**
 * Takes the content out of an envelope that may hold anything.
 *
 * @throws OpteError `PortCreate` if it is of another format or version, or damaged
 */
export function openSnapshot(snapshot: unknown, format: string, version: number): SnapshotReader {
  const reader = new SnapshotReader(snapshot, "snapshot").only("format", "version", "checksum", "content");
  reader.get("format").oneOf([format]);
  const found = reader.get("version");
  if (found.integer() !== version) found.fail(`is ${found.integer()}, and this engine reads ${version}`);
  const content = reader.get("content");
  const checksum = reader.get("checksum");
  if (checksum.uint32() !== checksumOf(plainData(content))) checksum.fail("does not fit the content, which is damaged");
  return content;
}
