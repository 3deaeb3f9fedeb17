// Commands of the device by the names that records and clients have for them.

import { OpteCmd } from "opte-api";
import type { Schema } from "opte-api/codec";
import { XDE_COMMANDS } from "oxide-vpc/api";
import { FieldError } from "./json.js";

/** A command whose bodies may be of any type. */
export interface AnyCommand {
  readonly cmd: keyof typeof OpteCmd;
  readonly number: number;
  readonly request: Schema<unknown> | undefined;
  readonly response: Schema<unknown>;
}

/** @throws FieldError if there is no such command */
export function commandOf(name: string): AnyCommand {
  if (!isCommandName(name)) throw new FieldError("cmd", `names no command: "${name}"`);
  const { number, request, response } = XDE_COMMANDS[name];
  // Unwrap: what is read by a schema is written by the same one only
  return { cmd: name, number, request: request as Schema<unknown> | undefined, response: response as Schema<unknown> };
}

function isCommandName(name: string): name is keyof typeof OpteCmd {
  return name in OpteCmd;
}
