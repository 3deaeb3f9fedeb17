// The errors of the control plane (spec 05 §7).

import { Errno } from "./errno.js";
import type { IpCidr } from "./ip-cidr.js";
import type { MacAddr } from "./mac-addr.js";
import { quoted } from "./text-error.js";
import type { Uint64 } from "./uint64.js";
import type { Vni } from "./vni.js";

/** What each kind of error tells, in the order of the wire. `msg` is free text, `port` and `layer` are names. */
export type OpteErrorPayload =
  /** Client and device speak different versions of the protocol. */
  | { readonly kind: "BadApiVersion"; readonly user: number; readonly kernel: number }
  /** A layer is to be placed beside one that does not exist. */
  | { readonly kind: "BadLayerPos"; readonly layer: string; readonly pos: string }
  | { readonly kind: "BadName" }
  /** The port is in the wrong state, which `msg` names; or a multicast request is invalid. */
  | { readonly kind: "BadState"; readonly msg: string }
  | { readonly kind: "CopyinReq" }
  | { readonly kind: "CopyoutResp" }
  | { readonly kind: "DeserCmdErr"; readonly msg: string }
  | { readonly kind: "DeserCmdReq"; readonly msg: string }
  | { readonly kind: "FlowExists"; readonly msg: string }
  /** `target` is the target's text, or says why no target would do. */
  | { readonly kind: "InvalidRouterEntry"; readonly dest: IpCidr; readonly target: string }
  | { readonly kind: "InvalidUnderlayMulticast"; readonly msg: string }
  | { readonly kind: "LayerNotFound"; readonly layer: string }
  | { readonly kind: "MacExists"; readonly port: string; readonly vni: Vni; readonly mac: MacAddr }
  /** A table holds `limit` entries already. */
  | { readonly kind: "MaxCapacity"; readonly limit: number }
  | { readonly kind: "NoRequestBody" }
  | { readonly kind: "PortCreate"; readonly msg: string }
  | { readonly kind: "PortExists"; readonly port: string }
  | { readonly kind: "PortNotFound"; readonly port: string }
  /** Sizes in bytes. */
  | { readonly kind: "RespTooLarge"; readonly needed: number; readonly given: number }
  | { readonly kind: "RuleNotFound"; readonly id: Uint64 }
  | { readonly kind: "SerCmdErr"; readonly msg: string }
  | { readonly kind: "SerCmdResp"; readonly msg: string }
  /** Any other failure, with an illumos error number. */
  | { readonly kind: "System"; readonly errno: number; readonly msg: string }
  /** The port has no configuration for the address family. */
  | { readonly kind: "InvalidIpCfg" };

/** The name of a kind of error, as in the reference. */
export type OpteErrorKind = OpteErrorPayload["kind"];

/** All kinds; a kind's place is its number on the wire. */
export const OPTE_ERROR_KINDS: readonly OpteErrorKind[] = [
  "BadApiVersion",
  "BadLayerPos",
  "BadName",
  "BadState",
  "CopyinReq",
  "CopyoutResp",
  "DeserCmdErr",
  "DeserCmdReq",
  "FlowExists",
  "InvalidRouterEntry",
  "InvalidUnderlayMulticast",
  "LayerNotFound",
  "MacExists",
  "MaxCapacity",
  "NoRequestBody",
  "PortCreate",
  "PortExists",
  "PortNotFound",
  "RespTooLarge",
  "RuleNotFound",
  "SerCmdErr",
  "SerCmdResp",
  "System",
  "InvalidIpCfg",
];

/**
 * A failure of the control plane.
 *
 * @example
 * ```ts
 * import { OpteError } from "opte-api";
 *
 * const error = new OpteError({ kind: "PortNotFound", port: "opte7" });
 * console.log(error.message); // Port "opte7" does not exist
 * console.log(error.index, error.errno); // 17 2
 * ```
 */
export class OpteError extends Error {
  override readonly name = "OpteError";
  /** The kind and what belongs to it; switch over `payload.kind` to use it. */
  readonly payload: OpteErrorPayload;

  constructor(payload: OpteErrorPayload) {
    super(describe(payload));
    this.payload = payload;
  }

  get kind(): OpteErrorKind {
    return this.payload.kind;
  }

  /** The kind's number on the wire. */
  get index(): number {
    return OPTE_ERROR_KINDS.indexOf(this.payload.kind);
  }

  /** The illumos error number that the ioctl fails with. */
  get errno(): number {
    return this.payload.kind === "System" ? this.payload.errno : ERRNO[this.payload.kind];
  }
}

const ERRNO: Readonly<Record<Exclude<OpteErrorKind, "System">, number>> = {
  BadApiVersion: Errno.EPROTO,
  BadLayerPos: Errno.EINVAL,
  BadName: Errno.EINVAL,
  BadState: Errno.EINVAL,
  CopyinReq: Errno.EFAULT,
  CopyoutResp: Errno.EFAULT,
  DeserCmdErr: Errno.ENOMSG,
  DeserCmdReq: Errno.ENOMSG,
  FlowExists: Errno.EEXIST,
  InvalidRouterEntry: Errno.EINVAL,
  InvalidUnderlayMulticast: Errno.EINVAL,
  LayerNotFound: Errno.ENOENT,
  MacExists: Errno.EEXIST,
  MaxCapacity: Errno.ENFILE,
  NoRequestBody: Errno.EINVAL,
  PortCreate: Errno.EINVAL,
  PortExists: Errno.EEXIST,
  PortNotFound: Errno.ENOENT,
  RespTooLarge: Errno.ENOBUFS,
  RuleNotFound: Errno.ENOENT,
  SerCmdErr: Errno.ENOMSG,
  SerCmdResp: Errno.ENOMSG,
  InvalidIpCfg: Errno.EINVAL,
};

function describe(payload: OpteErrorPayload): string {
  switch (payload.kind) {
    case "BadApiVersion":
      return `Versions of the ioctl protocol differ: the client has ${payload.user}, the device ${payload.kernel}`;
    case "BadLayerPos":
      return `Cannot place layer ${quoted(payload.layer)} at ${quoted(payload.pos)}: no such position`;
    case "BadName":
      return "The port name is invalid";
    case "BadState":
      return `Not possible in this state: ${payload.msg}`;
    case "CopyinReq":
      return "Cannot read the request from the caller's memory";
    case "CopyoutResp":
      return "Cannot write the response to the caller's memory";
    case "DeserCmdErr":
      return `Cannot decode the error of the device: ${payload.msg}`;
    case "DeserCmdReq":
      return `Cannot decode the request: ${payload.msg}`;
    case "FlowExists":
      return `The flow exists already: ${payload.msg}`;
    case "InvalidRouterEntry":
      return `Route to ${payload.dest.toString()} is invalid: ${payload.target}`;
    case "InvalidUnderlayMulticast":
      return `Underlay multicast address is invalid: ${payload.msg}`;
    case "LayerNotFound":
      return `Layer ${quoted(payload.layer)} does not exist`;
    case "MacExists":
      return `Cannot create port ${quoted(payload.port)}: MAC address ${payload.mac.toString()} exists in VNI ${payload.vni}`;
    case "MaxCapacity":
      return `The table is full: ${payload.limit} entries`;
    case "NoRequestBody":
      return "The command needs a request body";
    case "PortCreate":
      return `Cannot create the port: ${payload.msg}`;
    case "PortExists":
      return `Port ${quoted(payload.port)} exists already`;
    case "PortNotFound":
      return `Port ${quoted(payload.port)} does not exist`;
    case "RespTooLarge":
      return `The response of ${payload.needed} bytes does not fit into ${payload.given} bytes`;
    case "RuleNotFound":
      return `Rule ${payload.id} does not exist`;
    case "SerCmdErr":
      return `Cannot encode the error: ${payload.msg}`;
    case "SerCmdResp":
      return `Cannot encode the response: ${payload.msg}`;
    case "System":
      return `System error ${payload.errno}: ${payload.msg}`;
    case "InvalidIpCfg":
      return "The port has no configuration for this address family";
  }
}
