// What a device answers commands with: one function for each command.

import type { RequestOf, ResponseOf } from "opte-api/codec";

/**
 * A handler for each of `Commands`. It gets the decoded, valid request — `undefined` for a command that has none — and returns or promises
 * the response. A command that fails throws `OpteError` and has changed nothing.
 */
export type CommandHandlers<Commands> = {
  readonly [Name in keyof Commands]: (
    request: RequestOf<Commands[Name]>,
  ) => ResponseOf<Commands[Name]> | Promise<ResponseOf<Commands[Name]>>;
};
