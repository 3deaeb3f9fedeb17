// What DHCP tells a guest besides its address.

import type { DomainName, Ipv4Addr, Ipv6Addr } from "opte-api";

/** Options of a port's DHCPv4 and DHCPv6 servers (spec 03 §1.1); fixed for the life of the port. */
export interface DhcpConfig {
  /** Name of the guest itself: DHCPv4 option 12, and the first part of the DHCPv6 FQDN. */
  readonly hostname?: DomainName;
  /** Domain that the guest belongs to: DHCPv4 option 15, and the second part of the DHCPv6 FQDN. */
  readonly hostDomain?: DomainName;
  /** Domains in which the guest looks up short names, in order: DHCPv4 option 119, DHCPv6 option 24. */
  readonly domainSearchList: readonly DomainName[];
  /** Name servers for IPv4, in order; DHCPv4 offers the first three. */
  readonly dns4Servers: readonly Ipv4Addr[];
  /** Name servers for IPv6, in order. */
  readonly dns6Servers: readonly Ipv6Addr[];
}

/** No options at all. */
export const NO_DHCP_OPTIONS: DhcpConfig = { domainSearchList: [], dns4Servers: [], dns6Servers: [] };
