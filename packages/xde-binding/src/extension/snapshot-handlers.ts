// Commands that carry a whole port away and back, in parts.

import { Errno, NO_RESP, OpteError } from "opte-api";
import type { VpcPort } from "oxide-vpc";
import type { XdeExtensions } from "oxide-vpc/api";
import type { Xde } from "../device/xde.js";
import type { CommandHandlers } from "../ioctl/handlers.js";
import { IncomingValues, OutgoingValues } from "./byte-transfers.js";
import { inTurns } from "./in-turns.js";
import { jsonChunks } from "./json-chunks.js";

type SnapshotCommand =
  "OpenSnapshot" | "ReadSnapshot" | "CloseSnapshot" | "OpenRestore" | "WriteRestore" | "CommitRestore";

/**
 * @param restore puts a snapshot in the place of a port
 */
export function snapshotHandlers(
  xde: Xde,
  restore: (portName: string, snapshot: unknown) => void | Promise<void>,
): Pick<CommandHandlers<XdeExtensions>, SnapshotCommand> {
  const outgoing = new OutgoingValues();
  const incoming = new IncomingValues<string>();
  const taking = new OneAtATime();
  return {
    OpenSnapshot: async ({ portName }, caller) => {
      const port = xde.port(portName);
      outgoing.checkRoom();
      const { id, length } = outgoing.open(await taking.run(() => inTurns(jsonSnapshot(port))));
      caller?.onClose(() => outgoing.close(id));
      return { snapshotId: id, length };
    },
    ReadSnapshot: ({ snapshotId, offset, maxBytes }) => ({ bytes: outgoing.read(snapshotId, offset, maxBytes) }),
    CloseSnapshot: ({ snapshotId }) => {
      if (!outgoing.close(snapshotId)) throw system(Errno.ENOENT, `snapshotId: there is no snapshot ${snapshotId}`);
      return NO_RESP;
    },
    OpenRestore: ({ portName, length }, caller) => {
      const restoreId = incoming.open(portName, length);
      caller?.onClose(() => incoming.close(restoreId));
      return { restoreId };
    },
    WriteRestore: ({ restoreId, offset, bytes }) => {
      incoming.write(restoreId, offset, bytes);
      return NO_RESP;
    },
    CommitRestore: async ({ restoreId }) => {
      const { purpose: portName, bytes } = incoming.take(restoreId);
      await restore(portName, parsed(bytes));
      return NO_RESP;
    },
  };
}

/** Packets have their turn between the slices of the work. */
function* jsonSnapshot(port: VpcPort): Generator<undefined, readonly Uint8Array[]> {
  return yield* jsonChunks(yield* port.snapshotInSlices());
}

/** Copies of ports are large: whoever asks for another waits. */
class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  } catch (error) {
    throw new OpteError({ kind: "PortCreate", msg: `the snapshot is no JSON: ${String(error)}` });
  }
}

function system(errno: number, msg: string): OpteError {
  return new OpteError({ kind: "System", errno, msg });
}
