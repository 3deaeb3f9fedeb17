// Schema of a port's JSON form.

import * as v from "valibot";
import type { PortLimits } from "../port-limits.js";
import type { PortConfig } from "./port-config.js";
import { ipv6Schema, macSchema, vniSchema } from "./address-schema.js";
import {
  boundaryServicesSchema,
  firewallRuleSchema,
  m2pSchema,
  routerEntrySchema,
  v2bSchema,
  v2pSchema,
} from "./rule-schema.js";
import { integerSchema } from "./text-schema.js";
import { dhcpSchema, ipCfgSchema } from "./vpc-cfg-schema.js";

/** A configuration as it is read, before what depends on the rest of it is filled in. */
export type PortConfigDraft = Omit<PortConfig, "limits" | "mtu"> & {
  readonly limits: Partial<PortLimits>;
  readonly mtu?: number;
};

const MAX_FLOWS = 0xff_ffff;
const limit = v.exactOptional(integerSchema(1, MAX_FLOWS));

export const portConfigSchema: v.GenericSchema<unknown, PortConfigDraft> = v.strictObject({
  name: v.pipe(v.string(), v.nonEmpty("Expected a name"), v.excludes("\0", "A name has no NUL character")),
  ipCfg: ipCfgSchema,
  guestMac: macSchema,
  gatewayMac: macSchema,
  vni: vniSchema,
  physIp: ipv6Schema,
  dhcp: dhcpSchema,
  mtu: v.exactOptional(integerSchema(1, 0xffff_ffff)),
  limits: v.optional(
    v.strictObject({
      uft: limit,
      tcp: limit,
      gateway: limit,
      firewall: limit,
      router: limit,
      nat: limit,
      overlay: limit,
    }),
    {},
  ),
  firewallRules: v.optional(v.array(firewallRuleSchema), []),
  routes: v.optional(v.array(routerEntrySchema), []),
  v2p: v.optional(v.array(v2pSchema), []),
  v2b: v.optional(v.array(v2bSchema), []),
  m2p: v.optional(v.array(m2pSchema), []),
  boundaryServices: v.exactOptional(boundaryServicesSchema),
});
