// Addresses of either IP family (spec 01 §1.5).

import { Ipv4Addr } from "./ipv4-addr.js";
import { Ipv6Addr } from "./ipv6-addr.js";
import { TextError } from "./text-error.js";

/** An IPv4 or IPv6 address; `family` tells which. */
export type IpAddr = Ipv4Addr | Ipv6Addr;

/** What can be done with an address whose family is not known. */
export const IpAddr = {
  /**
   * Reads an IPv4 or an IPv6 address.
   *
   * @throws TextError `invalid_ip`; its cause is the error of the family that the text looks like
   */
  parse: (text: string): IpAddr => {
    try {
      // No text is both: an IPv6 address holds a colon, an IPv4 address none.
      return text.includes(":") ? Ipv6Addr.parse(text) : Ipv4Addr.parse(text);
    } catch (error) {
      if (!(error instanceof TextError)) throw error;
      throw new TextError("IP address", "invalid_ip", text, "it is neither an IPv4 nor an IPv6 address", error);
    }
  },

  /** @throws RangeError unless there are 4 or 16 bytes. */
  fromBytes: (bytes: Uint8Array): IpAddr =>
    bytes.length === 4 ? Ipv4Addr.fromBytes(bytes) : Ipv6Addr.fromBytes(bytes),

  equals: (a: IpAddr, b: IpAddr): boolean => IpAddr.compare(a, b) === 0,

  /** Negative, zero or positive as `a` sorts before, with or after `b`: IPv4 before IPv6, then as unsigned numbers. */
  compare: (a: IpAddr, b: IpAddr): number => {
    if (a.family === 4) return b.family === 4 ? a.compare(b) : -1;
    return b.family === 6 ? a.compare(b) : 1;
  },

  /** The reference's own text, see {@link Ipv6Addr.toReferenceString}. */
  toReferenceString: (address: IpAddr): string =>
    address.family === 4 ? address.toString() : address.toReferenceString(),
} as const;
