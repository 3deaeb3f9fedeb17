// Commands that carry a whole port away and back, in parts.

import { Errno, NO_RESP, OpteError } from "opte-api";
import type { XdeExtensions } from "oxide-vpc/api";
import type { Xde } from "../device/xde.js";
import type { CommandHandlers } from "../ioctl/handlers.js";
import { IncomingValues, OutgoingValues } from "./byte-transfers.js";

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
  return {
    OpenSnapshot: ({ portName }, caller) => {
      const bytes = Buffer.from(JSON.stringify(xde.port(portName).snapshot()));
      const snapshotId = outgoing.open(bytes);
      caller?.onClose(() => outgoing.close(snapshotId));
      return { snapshotId, length: bytes.length };
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
