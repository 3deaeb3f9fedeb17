// Options of DHCPv4 messages (RFC 2132) as a server sends them.

import { encodeUtf8, type Ipv4Addr, type Ipv4Cidr } from "opte-api";
import type { DhcpConfig } from "../dhcp-config.js";

/** Option codes (RFC 2132; 119: RFC 3397, 121: RFC 3442). */
export const Dhcp4Option = {
  SubnetMask: 1,
  Router: 3,
  DomainNameServer: 6,
  HostName: 12,
  DomainName: 15,
  LeaseTime: 51,
  MessageType: 53,
  ServerIdentifier: 54,
  DomainSearch: 119,
  ClasslessRoute: 121,
  End: 255,
} as const;

/** A route handed to a guest; router 0.0.0.0 means that the subnet is on the link (RFC 3442). */
export interface ClasslessRoute {
  readonly subnet: Ipv4Cidr;
  readonly router: Ipv4Addr;
}

const MAX_DATA_LEN = 255;
/** RFC 2132 knows no such limit; the reference's messages have it (spec 03 §6.2). */
const MAX_NAME_SERVERS = 3;

/**
 * One option; data beyond 255 bytes goes on in further options of the same code (RFC 3396 §5), and without data there is no option.
 */
export function encodeDhcp4Option(code: number, data: readonly number[]): number[] {
  const encoded: number[] = [];
  for (let at = 0; at < data.length; at += MAX_DATA_LEN) {
    const part = data.slice(at, at + MAX_DATA_LEN);
    encoded.push(code, part.length, ...part);
  }
  return encoded;
}

/** An option that holds addresses. */
export function encodeAddressOption(code: number, addresses: readonly Ipv4Addr[]): number[] {
  return encodeDhcp4Option(
    code,
    addresses.flatMap((address) => [...address.bytes]),
  );
}

/** Option 121: per route the prefix length, the subnet's significant octets, and the router (RFC 3442). */
export function encodeClasslessRoutes(routes: readonly ClasslessRoute[]): number[] {
  return encodeDhcp4Option(
    Dhcp4Option.ClasslessRoute,
    routes.flatMap(({ subnet, router }) => [
      subnet.prefixLen,
      ...subnet.network.bytes.slice(0, Math.ceil(subnet.prefixLen / 8)),
      ...router.bytes,
    ]),
  );
}

/** Option 6 with the first name servers of `config`. */
export function encodeNameServers(config: DhcpConfig): number[] {
  return encodeAddressOption(Dhcp4Option.DomainNameServer, config.dns4Servers.slice(0, MAX_NAME_SERVERS));
}

/**
 * Host name, domain name and domain search list. The names go as plain text (RFC 2132 §3.14, §3.17), the list as labels without
 * compression (RFC 3397 §2).
 */
export function encodeNames(config: DhcpConfig): number[] {
  const { hostname, hostDomain, domainSearchList } = config;
  return [
    ...(hostname === undefined ? [] : encodeDhcp4Option(Dhcp4Option.HostName, [...encodeUtf8(hostname.text)])),
    ...(hostDomain === undefined ? [] : encodeDhcp4Option(Dhcp4Option.DomainName, [...encodeUtf8(hostDomain.text)])),
    ...encodeDhcp4Option(
      Dhcp4Option.DomainSearch,
      domainSearchList.flatMap((name) => [...name.encoded]),
    ),
  ];
}
