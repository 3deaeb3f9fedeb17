// Commands that tell tables by the page: each holds packets up for the time of one page, and needs the memory of one.

import type { XdeExtensions } from "oxide-vpc/api";
import { tcpFlowResp } from "../device/handlers/engine-handlers.js";
import type { Xde } from "../device/xde.js";
import type { CommandHandlers } from "../ioctl/handlers.js";

/** Most slots of a table that one page looks at, whatever the client asks for: to collect and to encode them takes about a millisecond. */
const MAX_PAGE = 128;

type PageCommand = "DumpLayerPage" | "DumpUftPage" | "DumpTcpFlowsPage" | "DumpLayerRules";

export function pageHandlers(xde: Xde): Pick<CommandHandlers<XdeExtensions>, PageCommand> {
  return {
    DumpLayerPage: ({ portName, name, dir, cursor, max }) =>
      pageResp(xde.port(portName).port.dumpLayerPage(name, dir, cursor, Math.min(max, MAX_PAGE))),
    DumpUftPage: ({ portName, dir, cursor, max }) => {
      const { port } = xde.port(portName);
      const page = port.dumpUftPage(dir, cursor, Math.min(max, MAX_PAGE));
      const counters = port.stats();
      return {
        ...pageResp(page),
        limit: counters[`${dir}_uft_capacity`] ?? 0,
        numFlows: counters[`${dir}_uft_flows`] ?? 0,
      };
    },
    DumpTcpFlowsPage: ({ portName, cursor, max }) => {
      const { entries, next } = xde.port(portName).port.dumpTcpFlowsPage(cursor, Math.min(max, MAX_PAGE));
      return pageResp({ entries: entries.map(([flow, entry]) => [flow, tcpFlowResp(entry)] as const), next });
    },
    DumpLayerRules: ({ portName, name }) => xde.port(portName).port.dumpLayerRules(name),
  };
}

function pageResp<Entry>(page: { readonly entries: readonly Entry[]; readonly next: number | undefined }): {
  readonly entries: readonly Entry[];
  readonly next?: number;
} {
  const { entries, next } = page;
  return next === undefined ? { entries } : { entries, next };
}
