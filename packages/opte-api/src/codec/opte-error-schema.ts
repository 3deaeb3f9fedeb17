// The schema of errors (spec 05 §7): what an ioctl that failed answers with.

import { OpteError, type OpteErrorPayload } from "../opte-error.js";
import { ipCidr, macAddr, vni } from "./address-schemas.js";
import { variants } from "./composites.js";
import { converted } from "./conversions.js";
import { i32, string, u53, u64 } from "./primitives.js";
import type { Schema } from "./schema.js";

const payload: Schema<OpteErrorPayload> = variants<OpteErrorPayload>({
  BadApiVersion: { user: u53, kernel: u53 },
  BadLayerPos: { layer: string, pos: string },
  BadName: {},
  BadState: { msg: string },
  CopyinReq: {},
  CopyoutResp: {},
  DeserCmdErr: { msg: string },
  DeserCmdReq: { msg: string },
  FlowExists: { msg: string },
  InvalidRouterEntry: { dest: ipCidr, target: string },
  InvalidUnderlayMulticast: { msg: string },
  LayerNotFound: { layer: string },
  MacExists: { port: string, vni, mac: macAddr },
  MaxCapacity: { limit: u53 },
  NoRequestBody: {},
  PortCreate: { msg: string },
  PortExists: { port: string },
  PortNotFound: { port: string },
  RespTooLarge: { needed: u53, given: u53 },
  RuleNotFound: { id: u64 },
  SerCmdErr: { msg: string },
  SerCmdResp: { msg: string },
  System: { errno: i32, msg: string },
  InvalidIpCfg: {},
});

/** An error with its kind and what belongs to it. */
export const opteError: Schema<OpteError> = converted(
  payload,
  (error: OpteError) => error.payload,
  (value) => new OpteError(value),
);
