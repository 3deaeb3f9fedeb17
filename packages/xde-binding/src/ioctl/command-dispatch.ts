// Finds out which command an ioctl is about, whether its caller may send it, and lets the device carry it out.

import { API_VERSION, Errno, OpteError } from "opte-api";
import { BodyFormat, bodyFormat, type CommandRights, type Schema } from "opte-api/codec";
import { type XdeCommand, xdeCommand, XDE_COMMANDS, XDE_EXTENSIONS } from "oxide-vpc/api";
import type { DeviceHandlers } from "./device-handlers.js";
import type { Caller } from "./handlers.js";
import type { EncodedAnswer, IoctlEnvelope } from "./ioctl-envelope.js";

/** Whether a caller may send a command: the part that `secpolicy_dl_config` has in a kernel. */
export type Privilege = (caller: Caller, command: XdeCommand) => OpteError | undefined;

/** Who may only read may send only what only reads. */
export const commandPrivilege: Privilege = (caller, { cmd, rights }) =>
  rights === "read" || caller.rights === "configure"
    ? undefined
    : system(Errno.EPERM, `${cmd} needs the right to configure, which this connection does not have`);

/** Most bytes of a request that a caller with these rights may send. */
export function longestRequest(callerRights: CommandRights): number {
  const commands = [...Object.values(XDE_COMMANDS), ...Object.values(XDE_EXTENSIONS)];
  const allowed = commands.filter(({ rights }) => rights === "read" || callerRights === "configure");
  return Math.max(...allowed.map(({ limits }) => limits.messageLen));
}

/** The command of an ioctl. @throws OpteError if there is none, or the caller may not send it; nothing of the request was read */
export function commandOf({ ioctl }: IoctlEnvelope, caller: Caller, privilege: Privilege): XdeCommand {
  const { apiVersion, cmd, reserved1 } = ioctl;
  if (apiVersion !== API_VERSION) throw new OpteError({ kind: "BadApiVersion", user: apiVersion, kernel: API_VERSION });
  const format = bodyFormat(reserved1);
  if (format === undefined)
    throw system(Errno.EINVAL, `reserved1: ${reserved1} is no format of bodies, 0 (binary) and 1 (CBOR) are`);
  const command = xdeCommand(cmd);
  if (command === undefined) throw system(Errno.ENOTSUP, `cmd: there is no command ${cmd}`);
  if (format === BodyFormat.Postcard && command.cmd in XDE_EXTENSIONS)
    throw system(Errno.ENOTSUP, `${command.cmd} has no binary form, because the reference does not have it`);
  const refusal = privilege(caller, command);
  if (refusal !== undefined) throw refusal;
  return command;
}

/**
 * Carries a command out. Never rejects.
 *
 * @param body the request's bytes; ignored if the command has no request
 * @param onFault is told what a handler threw besides an OpteError, which is a mistake of the handler
 */
export async function carryOut(
  command: XdeCommand,
  body: Uint8Array,
  { envelope, caller, handlers, onFault }: Execution,
): Promise<EncodedAnswer> {
  try {
    // Unwrap: a handler takes what the schema of its own command reads, and returns what the schema of its response writes
    const handler = handlers[command.cmd] as Handler | undefined;
    if (handler === undefined) throw system(Errno.ENOTSUP, `${command.cmd} is not supported by this device`);
    const schema = command.request as Schema<unknown> | undefined; // Unwrap: as above
    const request = schema === undefined ? undefined : envelope.copyInReq(schema, command.limits, body);
    const value = await handler.call(handlers, request, caller);
    return envelope.encodeResp(command.response as Schema<unknown>, value); // Unwrap: as above
  } catch (error) {
    if (error instanceof OpteError) return envelope.encodeError(error);
    onFault(error);
    return envelope.encodeError(system(Errno.EIO, `${command.cmd} failed: ${String(error)}`));
  }
}

/** What a command is carried out by and for. */
interface Execution {
  readonly envelope: IoctlEnvelope;
  readonly caller: Caller;
  readonly handlers: DeviceHandlers;
  readonly onFault: (error: unknown) => void;
}

type Handler = (this: DeviceHandlers, request: unknown, caller: Caller) => unknown;

function system(errno: number, msg: string): OpteError {
  return new OpteError({ kind: "System", errno, msg });
}
