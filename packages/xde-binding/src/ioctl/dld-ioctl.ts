// The entry point: a table of ioctls as the data-link driver of illumos has one, with the one entry that every command goes through.

import { Errno, XDE_OPTE_CMD } from "opte-api";
import { type CommandRights, IOCTL_SZ } from "opte-api/codec";
import type { CallerMemory } from "./caller-memory.js";
import { commandPrivilege, type Privilege } from "./command-dispatch.js";
import { DeviceConnection } from "./device-connection.js";
import type { DeviceHandlers } from "./device-handlers.js";
import type { IoctlProbes } from "./ioctl-probes.js";
import { KeptAnswers } from "./kept-answers.js";

/** The table copies the argument in before the handler runs. */
export const DLDCOPYIN = 1;
/** The table copies the argument out after the handler has run. */
export const DLDCOPYOUT = 2;
export const DLDCOPYINOUT: number = DLDCOPYIN | DLDCOPYOUT;

/** An entry of the table. */
export interface DldIoctl {
  /** The request number of the ioctl. */
  readonly cmd: number;
  readonly flags: number;
  /** In bytes. */
  readonly argSize: number;
  /** @returns the error number; what it writes to `argument` is copied out */
  readonly handler: (argument: Uint8Array, memory: CallerMemory, connection: DeviceConnection) => Promise<number>;
  /** Whether the caller may send a command, asked at each call. */
  readonly privilege: Privilege;
}

/** The ioctls of xde. */
export const XDE_IOCTLS: readonly DldIoctl[] = [
  {
    cmd: XDE_OPTE_CMD,
    flags: DLDCOPYINOUT,
    argSize: IOCTL_SZ,
    handler: (argument, memory, connection) => connection.run(argument, memory),
    privilege: commandPrivilege,
  },
];

/** The way into a device, for transports. */
export class XdeEntryPoint {
  readonly #handlers: DeviceHandlers;
  readonly #answers = new KeptAnswers();
  readonly #probes: IoctlProbes;
  /** Told of what should not have happened. */
  readonly onFault: (error: unknown) => void;

  /** @param onFault is told what a handler threw besides an OpteError: a mistake of the handler, which its caller sees as EIO */
  constructor(handlers: DeviceHandlers, onFault: (error: unknown) => void = ignore, probes: IoctlProbes = {}) {
    this.#handlers = handlers;
    this.#probes = probes;
    this.onFault = onFault;
  }

  /** Bytes of the answers that are kept because they did not fit, of all connections together; 64 MiB at most. */
  get keptLen(): number {
    return this.#answers.length;
  }

  /** Opens a connection for a caller with these rights. */
  open(rights: CommandRights): DeviceConnection {
    return new DeviceConnection(this.#handlers, rights, commandPrivilege, this.onFault, this.#answers, this.#probes);
  }

  /** One ioctl: `address` leads to its argument. @returns the error number, 0 for success; never rejects */
  async ioctl(request: number, address: bigint, memory: CallerMemory, connection: DeviceConnection): Promise<number> {
    const entry = XDE_IOCTLS.find(({ cmd }) => cmd === request);
    if (entry === undefined) return Errno.ENOTTY;
    const argument = memory.read(address, entry.argSize);
    if (argument === undefined) return Errno.EFAULT;
    const errno = await entry.handler(argument, memory, connection);
    if (memory.write(address, argument)) return errno;
    return errno === 0 ? Errno.EFAULT : errno;
  }
}

function ignore(): void {
  // The caller is told.
}
