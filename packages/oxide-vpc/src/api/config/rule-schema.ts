// Schemas of firewall rules, routes and mappings.

import * as v from "valibot";
import type { FirewallHosts } from "../firewall-hosts.js";
import type { FirewallPorts } from "../firewall-ports.js";
import type { FirewallProtocol } from "../firewall-protocol.js";
import { ANY_FILTERS, type FirewallFilters, type FirewallRule } from "../firewall-rule.js";
import type { SetMcast2PhysReq, SetVirt2BoundaryReq, SetVirt2PhysReq } from "../mapping-requests.js";
import type { BoundaryServices } from "../phys-net.js";
import type { RouterEntry } from "../router-entry.js";
import type { RouterTarget } from "../router-target.js";
import {
  cidrSchema,
  ipSchema,
  ipv6Schema,
  macSchema,
  multicastUnderlaySchema,
  uuidSchema,
  vniSchema,
} from "./address-schema.js";
import { integerSchema } from "./text-schema.js";

const byte = integerSchema(0, 0xff);

const hosts: v.GenericSchema<unknown, FirewallHosts> = v.variant("kind", [
  v.strictObject({ kind: v.literal("any") }),
  v.strictObject({ kind: v.literal("subnet"), cidr: cidrSchema }),
  v.strictObject({ kind: v.literal("ip"), ip: ipSchema }),
  v.strictObject({ kind: v.literal("vni"), vni: vniSchema }),
]);

const icmpFilter = v.strictObject({
  ty: byte,
  codes: v.exactOptional(v.strictObject({ first: byte, last: byte })),
});

const protocol: v.GenericSchema<unknown, FirewallProtocol> = v.variant("kind", [
  v.strictObject({ kind: v.picklist(["any", "arp", "tcp", "udp"]) }),
  v.strictObject({ kind: v.picklist(["icmp", "icmpv6"]), filter: v.exactOptional(icmpFilter) }),
  v.strictObject({ kind: v.literal("other"), protocol: byte }),
]);

const ports: v.GenericSchema<unknown, FirewallPorts> = v.variant("kind", [
  v.strictObject({ kind: v.literal("any") }),
  v.strictObject({ kind: v.literal("portList"), ports: v.array(integerSchema(0, 0xffff)) }),
]);

const filters: v.GenericSchema<unknown, FirewallFilters> = v.optional(
  v.strictObject({
    hosts: v.optional(hosts, ANY_FILTERS.hosts),
    protocol: v.optional(protocol, ANY_FILTERS.protocol),
    ports: v.optional(ports, ANY_FILTERS.ports),
  }),
  {},
);

/** A firewall rule. */
export const firewallRuleSchema: v.GenericSchema<unknown, FirewallRule> = v.strictObject({
  direction: v.picklist(["in", "out"]),
  filters,
  action: v.picklist(["allow", "deny"]),
  priority: integerSchema(0, 0xffff),
});

const routerTarget: v.GenericSchema<unknown, RouterTarget> = v.variant("kind", [
  v.strictObject({ kind: v.literal("drop") }),
  v.strictObject({ kind: v.literal("internetGateway"), uuid: v.exactOptional(uuidSchema) }),
  v.strictObject({ kind: v.literal("ip"), ip: ipSchema }),
  v.strictObject({ kind: v.literal("vpcSubnet"), cidr: cidrSchema }),
]);

/** A route. */
export const routerEntrySchema: v.GenericSchema<unknown, RouterEntry> = v.strictObject({
  dest: cidrSchema,
  target: routerTarget,
  class: v.picklist(["system", "custom"]),
});

/** Where a guest is. */
export const v2pSchema: v.GenericSchema<unknown, SetVirt2PhysReq> = v.strictObject({
  vip: ipSchema,
  phys: v.strictObject({ ether: macSchema, ip: ipv6Schema, vni: vniSchema }),
});

/** Where boundary services take in packets. */
export const v2bSchema: v.GenericSchema<unknown, SetVirt2BoundaryReq> = v.strictObject({
  vip: cidrSchema,
  tep: v.array(v.strictObject({ ip: ipv6Schema, vni: vniSchema })),
});

/** The underlay group of a multicast group. */
export const m2pSchema: v.GenericSchema<unknown, SetMcast2PhysReq> = v.strictObject({
  group: ipSchema,
  underlay: multicastUnderlaySchema,
});

/** How packets from the outside come. */
export const boundaryServicesSchema: v.GenericSchema<unknown, BoundaryServices> = v.strictObject({
  ip: ipv6Schema,
  vni: vniSchema,
  mac: macSchema,
});
