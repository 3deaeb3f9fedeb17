// What a port is set up with: `VpcCfg`, its table sizes, and the rules, routes and mappings that it starts with.

import type { FirewallRule } from "../firewall-rule.js";
import type { SetMcast2PhysReq, SetVirt2BoundaryReq, SetVirt2PhysReq } from "../mapping-requests.js";
import type { BoundaryServices } from "../phys-net.js";
import type { PortLimits } from "../port-limits.js";
import type { RouterEntry } from "../router-entry.js";
import type { VpcCfg } from "../vpc-cfg.js";

/** A port and what it needs around it. */
export interface PortConfig extends VpcCfg {
  readonly name: string;
  /** Advertised to the guest, in bytes. */
  readonly mtu: number;
  readonly limits: PortLimits;
  /** In the order in which they are set: at equal priority and action the last comes first. */
  readonly firewallRules: readonly FirewallRule[];
  /** In the order in which they are added. */
  readonly routes: readonly RouterEntry[];
  readonly v2p: readonly SetVirt2PhysReq[];
  readonly v2b: readonly SetVirt2BoundaryReq[];
  readonly m2p: readonly SetMcast2PhysReq[];
  /** How packets from outside of the rack come to the port, where something plays that part. */
  readonly boundaryServices?: BoundaryServices;
}
