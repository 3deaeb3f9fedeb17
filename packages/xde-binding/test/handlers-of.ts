// A device of a few handlers, for tests of what lies before it.

import { OpteError } from "opte-api";
import { XDE_COMMANDS } from "oxide-vpc/api";
import type { DeviceHandlers } from "../src/index.js";

/** A device that answers these commands, and refuses all others as if they needed a port that it does not have. */
export function handlersOf(handlers: Partial<DeviceHandlers>): DeviceHandlers {
  const refuse = (): never => {
    throw new OpteError({ kind: "PortNotFound", port: "none" });
  };
  const refusals = Object.fromEntries(Object.keys(XDE_COMMANDS).map((name) => [name, refuse]));
  return { ...refusals, ...handlers } as DeviceHandlers; // Unwrap: there is a handler for every command of the reference
}
