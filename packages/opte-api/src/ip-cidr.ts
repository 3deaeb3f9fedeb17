// Prefixes of either IP family (spec 01 §1.5).

import type { IpAddr } from "./ip-addr.js";
import { Ipv4Cidr } from "./ipv4-cidr.js";
import { Ipv6Cidr } from "./ipv6-cidr.js";
import { TextError } from "./text-error.js";

/** An IPv4 or IPv6 prefix; `family` tells which. */
export type IpCidr = Ipv4Cidr | Ipv6Cidr;

/** What can be done with a prefix whose family is not known. */
export const IpCidr = {
  /**
   * Reads an IPv4 or an IPv6 prefix, clearing host bits.
   *
   * @throws TextError `invalid_cidr`; its cause is the error of the family that the text looks like
   */
  parse: (text: string): IpCidr => {
    try {
      return text.includes(":") ? Ipv6Cidr.parse(text) : Ipv4Cidr.parse(text);
    } catch (error) {
      if (!(error instanceof TextError)) throw error;
      throw new TextError("IP CIDR", "invalid_cidr", text, "it is neither an IPv4 nor an IPv6 CIDR", error);
    }
  },

  /** The prefix of this length that `address` is in. @throws RangeError if `prefixLen` is out of the family's range. */
  of: (address: IpAddr, prefixLen: number): IpCidr =>
    address.family === 4 ? new Ipv4Cidr(address, prefixLen) : new Ipv6Cidr(address, prefixLen),

  /** Whether `address` is in the prefix; an address of the other family is not. */
  isMember: (cidr: IpCidr, address: IpAddr): boolean => {
    if (cidr.family === 4) return address.family === 4 && cidr.isMember(address);
    return address.family === 6 && cidr.isMember(address);
  },

  equals: (a: IpCidr, b: IpCidr): boolean => IpCidr.compare(a, b) === 0,

  /** Negative, zero or positive as `a` sorts before, with or after `b`: IPv4 before IPv6, then by network and length. */
  compare: (a: IpCidr, b: IpCidr): number => {
    if (a.family === 4) return b.family === 4 ? a.compare(b) : -1;
    return b.family === 6 ? a.compare(b) : 1;
  },

  /** The reference's own text, see {@link Ipv6Addr.toReferenceString}. */
  toReferenceString: (cidr: IpCidr): string => (cidr.family === 4 ? cidr.toString() : cidr.toReferenceString()),
} as const;
