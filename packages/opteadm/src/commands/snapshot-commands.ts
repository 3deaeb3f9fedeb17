// Subcommands that write a port's state to a file, and put it back.

import type { SubcommandMaker } from "../grammar/subcommand.js";
import { asText } from "../grammar/values.js";
import type { Session } from "../run/session.js";
import { UserError } from "xde-binding/program";
import { type PortOption, withPort } from "./port-option.js";

/** Bytes that one command carries. */
const PART = 1 << 20;

/** Adds them. */
export function addSnapshotCommands(make: SubcommandMaker, session: Session): void {
  withPort(make("snapshot", "write the state of a port to a file: rules, flows, mappings in use"))
    .positional("<FILE>", "the file", asText)
    .action(async (file: string, { p: portName }: PortOption) => {
      const bytes = await readSnapshot(session, portName);
      await session.surroundings.writeFile(file, bytes);
      session.showText({ json: { file, bytes: bytes.length }, lines: [`${bytes.length} bytes`] });
    });

  withPort(make("restore", "put the state of a port back from a file"))
    .positional("<FILE>", "the file", asText)
    .action(async (file: string, { p: portName }: PortOption) => {
      const bytes = await readBytes(session, file);
      const device = await session.device();
      const { restoreId } = await device.call("OpenRestore", { portName, length: bytes.length });
      for (let offset = 0; offset < bytes.length; offset += PART) {
        await device.call("WriteRestore", { restoreId, offset, bytes: bytes.subarray(offset, offset + PART) });
      }
      await device.call("CommitRestore", { restoreId });
      session.done();
    });
}

async function readSnapshot(session: Session, portName: string): Promise<Uint8Array> {
  const device = await session.device();
  const { snapshotId, length } = await device.call("OpenSnapshot", { portName });
  const snapshot = new Uint8Array(length);
  try {
    for (let offset = 0; offset < length;) {
      const { bytes } = await device.call("ReadSnapshot", { snapshotId, offset, maxBytes: PART });
      if (bytes.length === 0) throw new UserError(`The snapshot ends after ${offset} of ${length} bytes`);
      snapshot.set(bytes, offset);
      offset += bytes.length;
    }
  } finally {
    await device.call("CloseSnapshot", { snapshotId });
  }
  return snapshot;
}

async function readBytes({ surroundings }: Session, file: string): Promise<Uint8Array> {
  try {
    return await surroundings.readFile(file);
  } catch (error) {
    throw new UserError(`Cannot read "${file}": ${error instanceof Error ? error.message : String(error)}`);
  }
}
