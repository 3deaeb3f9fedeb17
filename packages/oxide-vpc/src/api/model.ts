// What ports are configured with, and asked: the part of oxide-vpc/api that the engine loads, without schemas and commands.

export type { PortConfig } from "./config/port-config.js";
export {
  type ExternalIpCfg,
  type ExternalIpv4Cfg,
  type ExternalIpv6Cfg,
  type InternetGatewayMap,
  NO_EXTERNAL_IPS,
  type SnatCfg,
} from "./external-ip-cfg.js";
export { FirewallAction } from "./firewall-action.js";
export { FirewallHosts } from "./firewall-hosts.js";
export { FirewallPorts } from "./firewall-ports.js";
export { FirewallProtocol, type IcmpFilter } from "./firewall-protocol.js";
export { ANY_FILTERS, FirewallFilters, FirewallRule } from "./firewall-rule.js";
export type * from "./mapping-requests.js";
export type { BoundaryServices, GuestPhysAddr, NextHopV6, PhysNet, TunnelEndpoint } from "./phys-net.js";
export { defaultLimits, type PortLimits } from "./port-limits.js";
export type * from "./port-requests.js";
export { Replication, REPLICATIONS } from "./replication.js";
export { RouterClass } from "./router-class.js";
export type { RouterEntry } from "./router-entry.js";
export { RouterTarget } from "./router-target.js";
export { ANY_SOURCE, SourceFilter } from "./source-filter.js";
export { Uuid } from "./uuid.js";
export {
  type AttachedSubnet,
  type DhcpCfg,
  IpCfg,
  type IpFamilyCfg,
  type Ipv4Cfg,
  type Ipv6Cfg,
  NO_DHCP_OPTIONS,
  requiredNatSpace,
  type TransitIp,
  type VpcCfg,
} from "./vpc-cfg.js";
export { BOUNDARY_MAC, BOUNDARY_SERVICES_VNI, DEFAULT_MTU, GATEWAY_MAC, MULTICAST_VNI } from "./well-known.js";
