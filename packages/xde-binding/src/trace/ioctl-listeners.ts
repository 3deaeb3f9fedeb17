// Listeners at the entry point that tell of ioctls, as the reference's opte-ioctl (spec 05 §19.2): the argument, then each copy and its outcome.

import { Errno } from "opte-api";
import type { OpteCmdIoctl } from "opte-api/codec";
import { xdeCommand, XDE_EXTENSIONS } from "oxide-vpc/api";
import type { IoctlProbes } from "../ioctl/ioctl-probes.js";
import type { Emit } from "./port-listeners.js";
import { traceFields } from "./trace-fields.js";

/** A trace that told of being read would never come to an end: each reading would have one more event to read. */
const UNTOLD: number = XDE_EXTENSIONS.ReadTrace.number;

const ERRNO_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(Errno).map(([name, errno]) => [errno, name]));

/** What stands in the columns ADDRESS, LENGTH and RESULT where they do not apply. */
const NOTHING = { address: "--", length: "--", result: "--" } as const;

type Values = Readonly<Record<string, string | number>>;

/** For each name that can be traced, the entry point's probe points that it needs. */
export const IOCTL_LISTENERS: Readonly<Record<string, (emit: Emit) => IoctlProbes>> = {
  ioctl: (emit) => {
    const tell = (event: string, { cmd }: OpteCmdIoctl, values: () => Values): void => {
      if (cmd === UNTOLD) return;
      emit("ioctl", [], [], () => traceFields({ event, cmd: xdeCommand(cmd)?.cmd ?? String(cmd), ...values() }));
    };
    return {
      ioctlEntry: (ioctl, rights) => {
        tell("IOCTL", ioctl, () => {
          const { apiVersion, flags, reserved1, reqLen, respLen, respLenNeeded } = ioctl;
          const [reqBytes, respBytes] = [addressText(ioctl.reqBytes), addressText(ioctl.respBytes)];
          const argument = { apiVersion, flags, reserved1, reqBytes, reqLen, respBytes, respLen, respLenNeeded };
          return { ...NOTHING, rights, ...argument };
        });
      },
      copyIn: (ioctl, isCopied) => {
        tell("COPYIN", ioctl, () => copyValues(ioctl.reqBytes, ioctl.reqLen, isCopied));
      },
      copyOut: (ioctl, isCopied) => {
        tell("COPYOUT", ioctl, () => copyValues(ioctl.respBytes, ioctl.respLenNeeded, isCopied));
      },
      ioctlReturn: (ioctl, errno, error) => {
        tell("RETURN", ioctl, () => {
          const { flags, respLenNeeded } = ioctl;
          return { ...NOTHING, result: error ?? errnoText(errno), flags, respLenNeeded };
        });
      },
    };
  },
};

function copyValues(address: bigint, length: number, isCopied: boolean): Values {
  return { address: addressText(address), length, result: isCopied ? "ok" : "EFAULT" };
}

function addressText(address: bigint): string {
  return `0x${address.toString(16)}`;
}

function errnoText(errno: number): string {
  return errno === 0 ? "ok" : (ERRNO_NAMES.get(errno) ?? String(errno));
}
