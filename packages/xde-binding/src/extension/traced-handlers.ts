// Handlers that tell traces of every command that they answer (the reference's `opte-ioctl`).

import { OpteError } from "opte-api";
import { XDE_COMMANDS, XDE_EXTENSIONS } from "oxide-vpc/api";
import type { DeviceHandlers } from "../ioctl/device-handlers.js";
import type { Caller } from "../ioctl/handlers.js";
import { traceFields } from "../trace/trace-fields.js";
import type { TraceHub } from "../trace/trace-hub.js";

type AnyHandler = (request: unknown, caller?: Caller) => unknown;

/** A trace that told of being read would never come to an end: each reading would have one more event to read. */
const UNTOLD: ReadonlySet<string> = new Set(["ReadTrace"]);

/** The same handlers; columns CMD, RIGHTS of the caller, and RESULT, `ok` or the kind of error. */
export function tracedHandlers(handlers: DeviceHandlers, trace: TraceHub): DeviceHandlers {
  const names = Object.values({ ...XDE_COMMANDS, ...XDE_EXTENSIONS }).map(({ cmd }) => cmd);
  const traced = names.flatMap((cmd) => {
    // Unwrap: it is called with what its caller was called with
    const handler = handlers[cmd] as AnyHandler | undefined;
    if (handler === undefined || UNTOLD.has(cmd)) return [];
    const tell = (caller: Caller | undefined, result: string): void => {
      trace.commandAnswered(() => traceFields({ cmd, rights: caller?.rights ?? "--", result }));
    };
    const wrapped: AnyHandler = async (request, caller) => {
      try {
        const response = await handler(request, caller);
        tell(caller, "ok");
        return response;
      } catch (error) {
        tell(caller, error instanceof OpteError ? error.kind : String(error));
        throw error;
      }
    };
    return [[cmd, wrapped] as const];
  });
  return { ...handlers, ...Object.fromEntries(traced) };
}
