// Sends one command and waits for its answer: encoding, retries, cancellation (spec 05 §2.4).

import { API_VERSION, Errno, OpteError } from "opte-api";
import {
  BodyFormat,
  CodecError,
  type CommandName,
  decodeBody,
  encodeBody,
  opteError,
  type RequestOf,
  type ResponseOf,
  type Schema,
} from "opte-api/codec";
import { type CreateXdeReq, XDE_COMMANDS, XDE_EXTENSIONS, type XdeCommands, type XdeExtensions } from "oxide-vpc/api";
import type { IoctlAnswer, IoctlCall, Transport } from "./transport.js";
import { type CancelSignal, unlessAborted } from "./cancel-signal.js";
import { XdeClientError } from "./xde-client-error.js";

/** The commands of our device by name, the reference's and our own. */
export type DeviceCommands = XdeCommands & XdeExtensions;

/** Options of every call. */
export interface CallOptions {
  /** Raised before the command is sent: nothing happens. After: the call is rejected, and its effect is unknown. */
  readonly signal?: CancelSignal;
}

/** Options of a client. */
export interface ClientOptions {
  /** Room for an answer at the first attempt, in bytes; 16,384 if absent. It grows when an answer needs more. */
  readonly firstRespLen?: number;
}

const FIRST_RESP_LEN = 16_384;
/** More room than an answer needs when it has outgrown its buffer: on a real xde the next one may be longer still. */
const HEADROOM_LEN = 4096;
const MAX_ATTEMPTS = 5;
/** `DATALINK_INVALID_LINKID` of illumos. */
const NO_LINK_ID = 0;

const COMMANDS: DeviceCommands = { ...XDE_COMMANDS, ...XDE_EXTENSIONS };

/** What a command is to the code that treats all alike. */
interface AnyCommand {
  readonly cmd: CommandName;
  readonly number: number;
  readonly request: Schema<unknown> | undefined;
  readonly response: Schema<unknown>;
}

/** Sends commands over a transport, one after the other. */
export class CommandCaller {
  readonly #transport: Transport;
  #respLen: number;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(transport: Transport, { firstRespLen = FIRST_RESP_LEN }: ClientOptions = {}) {
    this.#transport = transport;
    this.#respLen = firstRespLen;
  }

  /** Whether the device can have commands of our own. */
  get hasExtensions(): boolean {
    return this.#transport.format === BodyFormat.Cbor;
  }

  /**
   * Sends a command by its name.
   *
   * @throws XdeClientError of any kind; `CommandError` if the device refused, with the OpteError as its cause
   */
  async call<Name extends CommandName>(
    name: Name,
    request: RequestOf<DeviceCommands[Name]>,
    { signal }: CallOptions = {},
  ): Promise<ResponseOf<DeviceCommands[Name]>> {
    // Unwrap: the request is of the command's own type, and nothing else is written by its schema
    const command = COMMANDS[name] as AnyCommand;
    if (!this.hasExtensions && name in XDE_EXTENSIONS) throw new XdeClientError({ kind: "NotSupported", cmd: name });
    // Unwrap: the request is that of the command
    if (this.#transport.hasDataLinks === true && name === "CreateXde") checkLinkId(request as CreateXdeReq);
    const cancelled = (reason: unknown): XdeClientError =>
      new XdeClientError({ kind: "Cancelled", cmd: name, isEffectUnknown: isSent }, reason);
    let isSent = false;
    const beforeSend = (): void => {
      if (signal?.aborted === true && !isSent) throw cancelled(signal.reason);
      isSent = true;
    };
    if (signal?.aborted === true) throw cancelled(signal.reason);
    const body = this.#encode(command, request);
    // A call that was given up still runs to its end, so that its answer is nobody else's
    const exchange = this.#tail.then(() => this.#exchange(command, body, beforeSend));
    this.#tail = exchange.catch(() => undefined);
    // Unwrap: the response was read by the schema of the command
    return (await unlessAborted(exchange, signal, cancelled)) as ResponseOf<DeviceCommands[Name]>;
  }

  /** Ends the connection; calls that are under way fail. */
  close(): void {
    this.#transport.close();
  }

  #encode({ cmd, request: schema }: AnyCommand, request: unknown): Uint8Array {
    if (schema === undefined) return new Uint8Array();
    try {
      return encodeBody(this.#transport.format, schema, request);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      throw new XdeClientError({ kind: "ReqSer", cmd, text: error.message }, error);
    }
  }

  async #exchange(command: AnyCommand, body: Uint8Array, beforeSend: () => void): Promise<unknown> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const answer = await this.#transport.ioctl(this.#ioctl(command, body, attempt > 0, beforeSend));
      const isTooLong = answer.errno === Errno.ENOBUFS && !hasBody(answer);
      if (!isTooLong) return this.#decode(command, answer);
      this.#respLen = Math.max(2 * this.#respLen, answer.argument.respLenNeeded + HEADROOM_LEN);
    }
    throw new XdeClientError({ kind: "MaxAttempts", cmd: command.cmd, attempts: MAX_ATTEMPTS });
  }

  #ioctl({ number }: AnyCommand, body: Uint8Array, isRetry: boolean, beforeSend: () => void): IoctlCall {
    const argument = {
      apiVersion: API_VERSION,
      cmd: number,
      flags: 0,
      reserved1: this.#transport.format,
      reqBytes: 0n,
      reqLen: body.length,
      respBytes: 0n,
      respLen: this.#respLen,
      respLenNeeded: 0,
    };
    return { argument, body, isRetry, beforeSend };
  }

  #decode({ cmd, response }: AnyCommand, answer: IoctlAnswer): unknown {
    const { format } = this.#transport;
    if (answer.errno === 0) {
      try {
        return decodeBody(format, response, answer.body);
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        throw new XdeClientError({ kind: "RespDeser", cmd, text: error.message }, error);
      }
    }
    if (!hasBody(answer)) throw new XdeClientError({ kind: "IoctlFailed", cmd, text: errnoText(answer.errno) });
    const error = decodeError(format, answer.body);
    throw new XdeClientError({ kind: "CommandError", cmd, error }, error);
  }
}

/** @throws XdeClientError `NetadmFailed` for the id that no link has */
function checkLinkId({ linkid, xdeDevname: port }: CreateXdeReq): void {
  if (linkid === NO_LINK_ID) throw new XdeClientError({ kind: "NetadmFailed", cmd: "CreateXde", port });
}

/** Whether the device says that it has written a response. */
function hasBody({ argument }: IoctlAnswer): boolean {
  return argument.flags % 2 === 1;
}

function decodeError(format: BodyFormat, body: Uint8Array): OpteError {
  try {
    return decodeBody(format, opteError, body);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return new OpteError({ kind: "DeserCmdErr", msg: error.message });
  }
}

/** Why an ioctl fails that has no error of the device to show. */
function errnoText(errno: number): string {
  switch (errno) {
    case Errno.EPROTO:
      return "the versions of the ioctl protocol differ";
    case Errno.EFAULT:
      return "the device cannot read the request or write the response";
    case Errno.ENOMSG:
      return "the device cannot encode its answer";
    case Errno.EPERM:
      return "permission denied";
    default:
      return `error number ${errno}`;
  }
}
