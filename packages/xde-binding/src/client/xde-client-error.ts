// What a client fails with (spec 05 §8).

import type { OpteError } from "opte-api";
import type { CommandName } from "opte-api/codec";
import { opteErrorText } from "./opte-error-text.js";

/** What is wrong. */
export type XdeClientFault =
  /** There is no device. */
  | { readonly kind: "DriverNotAttached"; readonly path: string }
  /** The device cannot be reached, or no longer. */
  | { readonly kind: "Io"; readonly text: string }
  /** The device failed without saying why in an error of its own. */
  | { readonly kind: "IoctlFailed"; readonly cmd: CommandName; readonly text: string }
  /** The request cannot be encoded. */
  | { readonly kind: "ReqSer"; readonly cmd: CommandName; readonly text: string }
  /** The response cannot be decoded. */
  | { readonly kind: "RespDeser"; readonly cmd: CommandName; readonly text: string }
  /** The answer has grown faster than the buffer for it. */
  | { readonly kind: "MaxAttempts"; readonly cmd: CommandName; readonly attempts: number }
  /** The device refused. */
  | { readonly kind: "CommandError"; readonly cmd: CommandName; readonly error: OpteError }
  /** The device is a real xde, and the command one of our own. */
  | { readonly kind: "NotSupported"; readonly cmd: CommandName }
  /** A port of a real xde cannot be created without a data-link id, and this client has no way to get one. */
  | { readonly kind: "NetadmFailed"; readonly cmd: CommandName; readonly port: string }
  /** The signal of the call was raised. Only if it had not been sent is it sure that nothing has happened. */
  | { readonly kind: "Cancelled"; readonly cmd: CommandName; readonly isEffectUnknown: boolean };

/** A failure of a client. Of `CommandError`, the `cause` is the device's error; of `Cancelled`, the reason that the signal gave. */
export class XdeClientError extends Error {
  override readonly name = "XdeClientError";
  readonly fault: XdeClientFault;

  constructor(fault: XdeClientFault, cause?: unknown) {
    super(describe(fault), cause === undefined ? {} : { cause });
    this.fault = fault;
  }

  get kind(): XdeClientFault["kind"] {
    return this.fault.kind;
  }
}

function describe(fault: XdeClientFault): string {
  switch (fault.kind) {
    case "DriverNotAttached":
      return `no device at ${fault.path}`;
    case "Io":
      return fault.text;
    case "IoctlFailed":
      return `ioctl ${fault.cmd} failed: ${fault.text}`;
    case "ReqSer":
      return `cannot encode the request of ${fault.cmd}: ${fault.text}`;
    case "RespDeser":
      return `cannot decode the response to ${fault.cmd}: ${fault.text}`;
    case "MaxAttempts":
      return `the response to ${fault.cmd} did not fit in ${fault.attempts} attempts`;
    case "CommandError":
      return `command ${fault.cmd} failed: ${opteErrorText(fault.error)}`;
    case "NotSupported":
      return `command ${fault.cmd} is not supported by this device`;
    case "NetadmFailed":
      return (
        `command ${fault.cmd} of ${JSON.stringify(fault.port)} is not supported without a data-link id: ` +
        "dlmgmtd gives them out, and this client cannot ask it"
      );
    case "Cancelled":
      return fault.isEffectUnknown
        ? `command ${fault.cmd} was cancelled after it had been sent: its effect is unknown`
        : `command ${fault.cmd} was cancelled before it was sent: nothing has happened`;
  }
}
