// The reference's commands that tell a whole table in one answer, for small tables: where there are pages, large ones are told by them.

import { Errno, OpteError } from "opte-api";
import type { XdeCommands } from "oxide-vpc/api";
import type { Xde } from "../device/xde.js";
import type { CommandHandlers } from "../ioctl/handlers.js";

/**
 * Most entries that are told in one answer: to collect, sort and encode them takes some ten milliseconds, for which packets wait. A large
 * table takes seconds, and whoever may read may ask for it again and again.
 */
const MAX_ENTRIES = 4096;

type WholeTableCommand = "DumpLayer" | "DumpUft" | "DumpTcpFlows";

/** Take the place of the device's own. */
export function wholeTableHandlers(xde: Xde): Pick<CommandHandlers<XdeCommands>, WholeTableCommand> {
  return {
    DumpLayer: (request) => {
      const layers = xde.port(request.portName).port.listLayers();
      // Each flow of a layer has an entry in either direction
      checkSmall("DumpLayer", 2 * (layers.find(({ name }) => name === request.name)?.flows ?? 0));
      return xde.handlers.DumpLayer(request);
    },
    DumpUft: (request) => {
      const counters = xde.port(request.portName).port.stats();
      checkSmall("DumpUft", (counters["in_uft_flows"] ?? 0) + (counters["out_uft_flows"] ?? 0));
      return xde.handlers.DumpUft(request);
    },
    DumpTcpFlows: (request) => {
      checkSmall("DumpTcpFlows", xde.port(request.portName).port.stats()["tcp_flows"] ?? 0);
      return xde.handlers.DumpTcpFlows(request);
    },
  };
}

/** @throws OpteError `System` ENOTSUP for a table that is not small */
function checkSmall(cmd: WholeTableCommand, entries: number): void {
  if (entries <= MAX_ENTRIES) return;
  const msg = `${cmd} tells at most ${MAX_ENTRIES} entries, and there are ${entries}: ${cmd}Page tells them by the page`;
  throw new OpteError({ kind: "System", errno: Errno.ENOTSUP, msg });
}
