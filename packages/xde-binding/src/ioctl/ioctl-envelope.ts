// One ioctl on the device's side: its argument, and what goes from the caller's memory to the device and back (spec 05 §2).

import { Errno, OPTE_CMD_RESP_COPY_OUT, OpteError, type OpteErrorKind } from "opte-api";
import {
  BodyFormat,
  bodyFormat,
  type BodyLimits,
  CodecError,
  decodeBody,
  encodeBody,
  MAX_MESSAGE_LEN,
  opteError,
  type OpteCmdIoctl,
  REQUEST_LIMITS,
  type Schema,
} from "opte-api/codec";
import type { CallerMemory } from "./caller-memory.js";
import type { IoctlProbes } from "./ioctl-probes.js";

/** What a command was answered with: an encoded response, or an encoded error and its number. */
export interface EncodedAnswer {
  /** 0 for success. */
  readonly errno: number;
  readonly bytes: Uint8Array;
  /** The kind of the error, absent for a response. */
  readonly error?: OpteErrorKind;
}

/** Carries the request of an ioctl in and its answer out. */
export class IoctlEnvelope {
  readonly #memory: CallerMemory;
  readonly #probes: IoctlProbes;
  #ioctl: OpteCmdIoctl;
  #error: OpteErrorKind | undefined;

  constructor(ioctl: OpteCmdIoctl, memory: CallerMemory, probes: IoctlProbes = {}) {
    this.#memory = memory;
    this.#probes = probes;
    this.#ioctl = { ...ioctl, flags: withoutCopyOut(ioctl.flags), respLenNeeded: 0 };
  }

  /** The argument, with what the device has written to it so far. */
  get ioctl(): OpteCmdIoctl {
    return this.#ioctl;
  }

  /** The kind of the error that was copied out, if one was. */
  get error(): OpteErrorKind | undefined {
    return this.#error;
  }

  /** The format of both bodies; CBOR where the argument announces none that exists, for the error that says so. */
  get format(): BodyFormat {
    return bodyFormat(this.#ioctl.reserved1) ?? BodyFormat.Cbor;
  }

  /**
   * Copies the request's bytes in, undecoded.
   *
   * @throws OpteError `NoRequestBody`; `System` (EINVAL) if it is longer than `limits` allow; `CopyinReq` if it cannot be read
   */
  copyInBytes({ messageLen }: BodyLimits = REQUEST_LIMITS): Uint8Array {
    const { reqBytes, reqLen } = this.#ioctl;
    if (reqLen === 0) throw new OpteError({ kind: "NoRequestBody" });
    if (reqLen > messageLen) {
      const msg = `reqLen: the request has at most ${messageLen} bytes, not ${reqLen}`;
      throw new OpteError({ kind: "System", errno: Errno.EINVAL, msg });
    }
    const bytes = this.#memory.read(reqBytes, reqLen);
    this.#probes.copyIn?.(this.#ioctl, bytes !== undefined);
    if (bytes === undefined) throw new OpteError({ kind: "CopyinReq" });
    return bytes;
  }

  /** Copies the request in and decodes it. @throws OpteError as {@link copyInBytes}; `DeserCmdReq` naming the field that is wrong */
  copyInReq<Req>(
    request: Schema<Req>,
    limits: BodyLimits = REQUEST_LIMITS,
    bytes: Uint8Array = this.copyInBytes(limits),
  ): Req {
    try {
      return decodeBody(this.format, request, bytes, limits);
    } catch (error) {
      throw error instanceof CodecError ? new OpteError({ kind: "DeserCmdReq", msg: error.message }) : error;
    }
  }

  /** Encodes a response; if that cannot be done, or it is longer than any answer may be, the error that says so. */
  encodeResp<Resp>(response: Schema<Resp>, value: Resp): EncodedAnswer {
    try {
      const bytes = encodeBody(this.format, response, value);
      if (bytes.length <= MAX_MESSAGE_LEN) return { errno: 0, bytes };
      return this.encodeError(new OpteError({ kind: "RespTooLarge", needed: bytes.length, given: MAX_MESSAGE_LEN }));
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return this.encodeError(new OpteError({ kind: "SerCmdResp", msg: error.message }));
    }
  }

  encodeError(error: OpteError): EncodedAnswer {
    try {
      return { errno: error.errno, bytes: encodeBody(this.format, opteError, error), error: error.kind };
    } catch (fault) {
      if (!(fault instanceof CodecError)) throw fault;
      // What cannot be encoded is a part of the error; its text always can
      return this.encodeError(new OpteError({ kind: "SerCmdErr", msg: fault.message }));
    }
  }

  /**
   * Copies an answer out to `respBytes`, a response and an error alike, and says in `respLenNeeded` how long it is.
   *
   * @returns the error number of the ioctl: the answer's own; ENOBUFS if it did not fit, EFAULT if `respBytes` cannot be written. Only
   *   in the first case `flags` says that there is an answer
   */
  copyOutResp({ errno, bytes, error }: EncodedAnswer): number {
    const { flags, respBytes, respLen } = this.#ioctl;
    this.#ioctl = { ...this.#ioctl, respLenNeeded: bytes.length };
    if (bytes.length > respLen) return Errno.ENOBUFS;
    const isCopied = this.#memory.write(respBytes, bytes);
    this.#probes.copyOut?.(this.#ioctl, isCopied);
    if (!isCopied) return Errno.EFAULT;
    this.#ioctl = { ...this.#ioctl, flags: flags + OPTE_CMD_RESP_COPY_OUT };
    this.#error = error;
    return errno;
  }
}

/** No bit operation: flags may have more than 32 bits. */
function withoutCopyOut(flags: number): number {
  return flags - (flags % 2);
}
