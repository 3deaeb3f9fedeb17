// What a device answers commands with: one function for each command.

import type { CommandRights, RequestOf, ResponseOf } from "opte-api/codec";

/** Who sent a command: one connection of a transport. */
export interface Caller {
  /** What it may do; `configure` includes `read`. */
  readonly rights: CommandRights;
  /** Runs `release` once when the connection has ended, to give back what it had opened. */
  onClose(release: () => void): void;
}

/**
 * A handler for each of `Commands`. It gets the decoded, valid request — `undefined` for a command that has none — and returns or promises
 * the response. A command that fails throws `OpteError` and has changed nothing. `caller` is for what outlives the call, such as a trace;
 * whether the caller may send the command was checked before. It is absent where a program calls the handler itself.
 */
export type CommandHandlers<Commands> = {
  readonly [Name in keyof Commands]: (
    request: RequestOf<Commands[Name]>,
    caller?: Caller,
  ) => ResponseOf<Commands[Name]> | Promise<ResponseOf<Commands[Name]>>;
};
