// Schemas of routes (spec 05 §4).

import { blob, choice, converted, ipAddr, ipCidr, option, type Schema, textual, variants } from "opte-api/codec";
import type { RouterClass } from "../router-class.js";
import type { RouterTarget } from "../router-target.js";
import { Uuid } from "../uuid.js";

/** Sixteen bytes with their number in front. */
export const uuid: Schema<Uuid> = textual(
  converted(
    blob,
    (value: Uuid) => Uuid.toBytes(value),
    (bytes) => Uuid.fromBytes(bytes),
  ),
  { format: (value) => value, parse: (text) => Uuid.parse(text) },
);

export const routerTarget: Schema<RouterTarget> = variants<RouterTarget>({
  drop: {},
  internetGateway: { uuid: option(uuid) },
  ip: { ip: ipAddr },
  vpcSubnet: { cidr: ipCidr },
});

export const routerClass: Schema<RouterClass> = choice<RouterClass>(["system", "custom"]);
