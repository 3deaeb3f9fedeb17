// Sizes of a port's flow tables (spec 04 §1).

import { requiredNatSpace, type IpCfg } from "./vpc-cfg.js";

/** Most entries of each table: the unified ones (each direction), TCP tracking, and the flow table of each layer. At least 1 each. */
export interface PortLimits {
  readonly uft: number;
  readonly tcp: number;
  readonly gateway: number;
  readonly firewall: number;
  readonly router: number;
  readonly nat: number;
  readonly overlay: number;
}

const MIN_FLOWS = 524_288;

/** The sizes that ports of a rack have. Gateway, router and overlay keep no flows. */
export function defaultLimits(ipCfg: IpCfg): PortLimits {
  const nat = requiredNatSpace(ipCfg);
  const flows = Math.max(MIN_FLOWS, nat);
  return { uft: flows, tcp: flows, gateway: 1, firewall: flows, router: 1, nat, overlay: 1 };
}
