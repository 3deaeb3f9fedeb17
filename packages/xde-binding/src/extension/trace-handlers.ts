// Commands that read probe events.

import { NO_RESP } from "opte-api";
import type { XdeExtensions } from "oxide-vpc/api";
import type { CommandHandlers } from "../ioctl/handlers.js";
import type { TraceHub } from "../trace/trace-hub.js";

/** Most events that one answer holds, whatever the client asks for. */
const MAX_EVENTS = 4096;

type TraceCommand = "OpenTrace" | "ReadTrace" | "CloseTrace";

/** A trace ends with the connection that opened it. */
export function traceHandlers(hub: TraceHub): Pick<CommandHandlers<XdeExtensions>, TraceCommand> {
  return {
    OpenTrace: (request, caller) => {
      const traceId = hub.open(request);
      caller?.onClose(() => {
        if (hub.has(traceId)) hub.close({ traceId });
      });
      return { traceId };
    },
    ReadTrace: ({ traceId, maxEvents }) => hub.read({ traceId, maxEvents: Math.min(maxEvents, MAX_EVENTS) }),
    CloseTrace: (request) => {
      hub.close(request);
      return NO_RESP;
    },
  };
}
