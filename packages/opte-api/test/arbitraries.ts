// Random values of the basic types, edge cases included, for the property tests.

import fc from "fast-check";
import { type IpAddr, Ipv4Addr, Ipv6Addr, MacAddr } from "../src/index.js";

/** Unsigned 32-bit numbers, with those that sign and shift mistakes trip over made frequent. */
const uint32 = fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff));

/** IPv6 groups, with zero and short ones made frequent so that there are runs to compress. */
const group = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(0xf), fc.nat(0xffff), fc.constant(0xffff));

export const macAddr: fc.Arbitrary<MacAddr> = fc
  .uint8Array({ minLength: 6, maxLength: 6 })
  .map((bytes) => MacAddr.fromBytes(bytes));

export const ipv4Addr: fc.Arbitrary<Ipv4Addr> = uint32.map((value) => Ipv4Addr.fromNumber(value));

export const ipv6Groups: fc.Arbitrary<number[]> = fc.array(group, { minLength: 8, maxLength: 8 });

export const ipv6Addr: fc.Arbitrary<Ipv6Addr> = fc.oneof(
  ipv6Groups.map((groups) => Ipv6Addr.fromGroups(groups)),
  uint32.map((low) => Ipv6Addr.fromWords(0, 0, 0xffff, low)),
);

export const ipAddr: fc.Arbitrary<IpAddr> = fc.oneof(ipv4Addr, ipv6Addr);

/** Order of byte strings, the order that addresses of one family must have. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}
