// Probe points of the entry point: what the reference's script opte-ioctl shows (spec 05 §19.2).

import type { OpteErrorKind } from "opte-api";
import type { CommandRights, OpteCmdIoctl } from "opte-api/codec";

/**
 * Listens to ioctls. Every member is optional, and costs a branch while it is absent. A listener neither throws nor changes anything.
 * `ioctl` is the argument as it stands at that moment.
 */
export interface IoctlProbes {
  /** A call begins; the table of ioctls has copied its argument in. */
  ioctlEntry?(ioctl: OpteCmdIoctl, rights: CommandRights): void;
  /** The request was copied in, or could not be. */
  copyIn?(ioctl: OpteCmdIoctl, isCopied: boolean): void;
  /** The answer, of `respLenNeeded` bytes, was copied out, or could not be. It is not tried where there is no room for it. */
  copyOut?(ioctl: OpteCmdIoctl, isCopied: boolean): void;
  /** A call ends. @param error that it was answered with */
  ioctlReturn?(ioctl: OpteCmdIoctl, errno: number, error: OpteErrorKind | undefined): void;
}
