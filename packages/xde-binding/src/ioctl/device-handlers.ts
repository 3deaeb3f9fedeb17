// The handlers of a whole device.

import type { XdeCommands, XdeExtensions } from "oxide-vpc/api";
import type { CommandHandlers } from "./handlers.js";

/** A device answers all commands of the reference, and those of our own that it has handlers for. */
export type DeviceHandlers = CommandHandlers<XdeCommands> & Partial<CommandHandlers<XdeExtensions>>;
