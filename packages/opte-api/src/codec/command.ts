// The descriptor of a command: the one place that says its number, its bodies and who may send it.

import { ExtensionCmd, type ExtensionCmdName, OpteCmd, type OpteCmdName } from "../opte-cmd.js";
import { type BodyLimits, READ_REQUEST_LIMITS, REQUEST_LIMITS } from "./body-limits.js";
import type { Schema } from "./schema.js";

/** What a caller must be allowed to do: to look, or to change things. */
export type CommandRights = "read" | "configure";

/** The name of any command, the reference's or our own. */
export type CommandName = OpteCmdName | ExtensionCmdName;

/**
 * A command, whose request is described by `Request`, a schema, or undefined if there is none. `Name` tells the commands of the
 * reference, which a real xde understands, from our own.
 */
export interface CommandDescriptor<Request, Resp, Name extends CommandName = OpteCmdName> {
  readonly cmd: Name;
  readonly number: NumberOf<Name>;
  readonly request: Request;
  readonly response: Schema<Resp>;
  readonly rights: CommandRights;
  /** Of the request. */
  readonly limits: BodyLimits;
}

/** A command with a request of type `Req`, or without one if `Req` is undefined, that is answered with a `Resp`. */
export type Command<Req, Resp> = CommandDescriptor<[Req] extends [undefined] ? undefined : Schema<Req>, Resp>;

/** As {@link Command}, but one of our own: its type keeps it out of the hands of whoever talks to a real xde. */
export type ExtensionCommand<Req, Resp> = CommandDescriptor<
  [Req] extends [undefined] ? undefined : Schema<Req>,
  Resp,
  ExtensionCmdName
>;

/** The type of a command's request. */
export type RequestOf<C> = C extends { readonly request: Schema<infer Req> } ? Req : undefined;

/** The type of a command's response. */
export type ResponseOf<C> = C extends { readonly response: Schema<infer Resp> } ? Resp : never;

/** Makes the descriptor of a command; its number follows from its name, the limits of its request from what it needs rights for. */
export function command<Request, Resp>(
  cmd: OpteCmdName,
  rights: CommandRights,
  request: Request,
  response: Schema<Resp>,
): CommandDescriptor<Request, Resp> {
  return { cmd, number: OpteCmd[cmd], request, response, rights, limits: limitsOf(rights) };
}

/** As {@link command}, for one of our own, whose requests may need more room than others. */
export function extensionCommand<Request, Resp>(
  cmd: ExtensionCmdName,
  rights: CommandRights,
  request: Request,
  response: Schema<Resp>,
  limits: BodyLimits = limitsOf(rights),
): CommandDescriptor<Request, Resp, ExtensionCmdName> {
  return { cmd, number: ExtensionCmd[cmd], request, response, rights, limits };
}

function limitsOf(rights: CommandRights): BodyLimits {
  return rights === "read" ? READ_REQUEST_LIMITS : REQUEST_LIMITS;
}

type NumberOf<Name extends CommandName> = Name extends OpteCmdName
  ? OpteCmd
  : Name extends ExtensionCmdName
    ? ExtensionCmd
    : never;
