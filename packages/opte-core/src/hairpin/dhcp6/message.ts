// DHCPv6 messages (RFC 8415 §8): constants of the protocol, and where things stand in a message.
//
//   0       1                4
//   | type  | transaction id | options …

/** Message types (RFC 8415 §7.3) that a server answers or sends. */
export const Dhcp6MessageType = { Solicit: 1, Advertise: 2, Request: 3, Confirm: 4, Reply: 7 } as const;

/** UDP ports (RFC 8415 §7.2). */
export const DHCP6_CLIENT_PORT = 546;
export const DHCP6_SERVER_PORT = 547;

/** Type and transaction id. */
export const DHCP6_HEADER_LEN = 4;

/** Option codes (RFC 8415 §21; 23, 24: RFC 3646, 31: RFC 4075, 39: RFC 4704). */
export const Dhcp6Option = {
  ClientId: 1,
  ServerId: 2,
  IaNa: 3,
  IaTa: 4,
  IaAddress: 5,
  OptionRequest: 6,
  ElapsedTime: 8,
  StatusCode: 13,
  RapidCommit: 14,
  DnsServers: 23,
  DomainList: 24,
  SntpServers: 31,
  ClientFqdn: 39,
} as const;

/** Status codes (RFC 8415 §21.13). */
export const Dhcp6Status = { Success: 0, NotOnLink: 4 } as const;

/** A lease that does not end (RFC 8415 §7.7). */
export const INFINITE_LIFETIME = 0xffff_ffff;
