// Addresses as keys of maps.

import type { IpAddr } from "opte-api";

/** A number for an IPv4 address, a string of eight UTF-16 units for an IPv6 address: equal exactly for equal addresses. */
export type IpKey = number | string;

export function ipKey(ip: IpAddr): IpKey {
  return ip.family === 4 ? ip.value : String.fromCharCode(...ip.groups);
}
