// One caller's connection to the device: what an open file is to a driver.

import { Errno, OpteError } from "opte-api";
import {
  type BodyFormat,
  CodecError,
  type CommandRights,
  decodeOpteCmdIoctl,
  encodeOpteCmdIoctl,
} from "opte-api/codec";
import type { XdeCommand } from "oxide-vpc/api";
import type { CallerMemory } from "./caller-memory.js";
import { carryOut, commandOf, type Privilege } from "./command-dispatch.js";
import type { DeviceHandlers } from "./device-handlers.js";
import type { Caller } from "./handlers.js";
import { type EncodedAnswer, IoctlEnvelope } from "./ioctl-envelope.js";
import type { IoctlProbes } from "./ioctl-probes.js";
import type { KeptAnswer, KeptAnswers } from "./kept-answers.js";

/** A call whose answer did not fit, and where that is kept. */
interface UnfetchedCall {
  readonly command: XdeCommand;
  readonly format: BodyFormat;
  readonly kept: KeptAnswer;
}

const NO_BODY = new Uint8Array();

/**
 * Carries out the commands of one caller, one after the other.
 *
 * An answer that does not fit is kept, and the same call — command, format and request byte by byte — that comes next is its retry: it
 * gets the kept answer, and nothing is carried out again. Any other call that reaches the device lets go of it, as does the end of the
 * connection: whoever connects anew and sends the command again, has it carried out again.
 *
 * All connections share the room for kept answers. The retry of a call whose answer had to be given up is carried out again if its command
 * only reads; else it gets the error ENOMEM, which says that the command was carried out.
 */
export class DeviceConnection implements Caller {
  readonly rights: CommandRights;
  readonly #handlers: DeviceHandlers;
  readonly #privilege: Privilege;
  readonly #onFault: (error: unknown) => void;
  readonly #releases: (() => void)[] = [];
  readonly #answers: KeptAnswers;
  readonly #probes: IoctlProbes;
  #unfetched: UnfetchedCall | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(
    handlers: DeviceHandlers,
    rights: CommandRights,
    privilege: Privilege,
    onFault: (error: unknown) => void,
    answers: KeptAnswers,
    probes: IoctlProbes,
  ) {
    this.rights = rights;
    this.#answers = answers;
    this.#handlers = handlers;
    this.#privilege = privilege;
    this.#onFault = onFault;
    this.#probes = probes;
  }

  onClose(release: () => void): void {
    if (this.#isClosed) release();
    else this.#releases.push(release);
  }

  /** Ends the connection: gives back what handlers have opened for it, and forgets the kept answer. A command under way goes on. */
  close(): void {
    this.#isClosed = true;
    this.#takeUnfetched();
    for (const release of this.#releases.splice(0)) {
      try {
        release();
      } catch (error) {
        this.#onFault(error);
      }
    }
  }

  /**
   * Carries out the command that `argument` asks for, after those that came before, and writes the outcome to it. Never rejects.
   *
   * @returns the error number, 0 for success
   */
  run(argument: Uint8Array, memory: CallerMemory): Promise<number> {
    const running = this.#tail.then(() => this.#run(argument, memory));
    this.#tail = running;
    return running;
  }

  async #run(argument: Uint8Array, memory: CallerMemory): Promise<number> {
    try {
      const probes = this.#probes;
      const envelope = new IoctlEnvelope(decodeOpteCmdIoctl(argument), memory, probes);
      probes.ioctlEntry?.(envelope.ioctl, this.rights);
      const errno = await this.#answer(envelope);
      probes.ioctlReturn?.(envelope.ioctl, errno, envelope.error);
      argument.set(encodeOpteCmdIoctl(envelope.ioctl));
      return errno;
    } catch (error) {
      // Where even the argument makes no sense, there is no telling where an answer might go
      if (error instanceof CodecError) return Errno.EINVAL;
      this.#onFault(error);
      return Errno.EIO;
    }
  }

  /** The call that waited for this one to be its retry, or not. */
  #takeUnfetched(): UnfetchedCall | undefined {
    const unfetched = this.#unfetched;
    this.#unfetched = undefined;
    if (unfetched !== undefined) this.#answers.release(unfetched.kept);
    return unfetched;
  }

  async #answer(envelope: IoctlEnvelope): Promise<number> {
    const unfetched = this.#takeUnfetched();
    try {
      const command = commandOf(envelope, this, this.#privilege);
      const body = command.request === undefined ? NO_BODY : envelope.copyInBytes(command.limits);
      const format = envelope.format;
      const isRetry = unfetched?.command === command && unfetched.format === format && unfetched.kept.isTo(body);
      const answer =
        (isRetry ? fetched(unfetched, envelope) : undefined) ??
        (await carryOut(command, body, {
          envelope,
          caller: this,
          handlers: this.#handlers,
          onFault: this.#onFault,
        }));
      const errno = envelope.copyOutResp(answer);
      const { flags } = envelope.ioctl;
      if (errno === Errno.ENOBUFS && flags % 2 === 0 && !this.#isClosed) {
        this.#unfetched = { command, format, kept: this.#answers.keep(body, answer) };
      }
      return errno;
    } catch (error) {
      if (!(error instanceof OpteError)) throw error;
      const errno = envelope.copyOutResp(envelope.encodeError(error));
      // Whoever speaks another version might not understand that its buffer is too small
      return error.kind === "BadApiVersion" ? Errno.EPROTO : errno;
    }
  }
}

/** What the retry of a call gets; undefined if the call is to be carried out again. */
function fetched({ command, kept }: UnfetchedCall, envelope: IoctlEnvelope): EncodedAnswer | undefined {
  if (kept.answer !== undefined || command.rights === "read") return kept.answer;
  const msg = `${command.cmd} was carried out, but its answer, which had not fitted, was given up for those of others`;
  return envelope.encodeError(new OpteError({ kind: "System", errno: Errno.ENOMEM, msg }));
}
