// Underlay multicast groups: the part of ff04::/16 that carries overlay groups (spec 01 §1.5).

import { Ipv6Addr } from "./ipv6-addr.js";
import { OpteError } from "./opte-error.js";
import { TextError } from "./text-error.js";

/** An immutable IPv6 group address of admin-local scope, ff04::/16. */
export class MulticastUnderlay {
  readonly address: Ipv6Addr;

  /** @throws OpteError `InvalidUnderlayMulticast` unless `address` is in ff04::/16. */
  constructor(address: Ipv6Addr) {
    if (!address.isAdminScopedMulticast) {
      throw new OpteError({ kind: "InvalidUnderlayMulticast", msg: `${address.toString()} is not in ff04::/16` });
    }
    this.address = address;
    Object.freeze(this);
  }

  /** @throws TextError `invalid_ipv6`, or `not_admin_scoped` if the address is outside of ff04::/16 */
  static parse(text: string): MulticastUnderlay {
    const address = Ipv6Addr.parse(text);
    if (!address.isAdminScopedMulticast) {
      throw new TextError("underlay multicast address", "not_admin_scoped", text, "it is not in ff04::/16");
    }
    return new MulticastUnderlay(address);
  }

  /**
   * @throws RangeError unless there are exactly 16 bytes
   * @throws OpteError `InvalidUnderlayMulticast` unless they are an address in ff04::/16
   */
  static fromBytes(bytes: Uint8Array): MulticastUnderlay {
    return new MulticastUnderlay(Ipv6Addr.fromBytes(bytes));
  }

  /** The sixteen bytes, in a new array at each call. */
  get bytes(): Uint8Array {
    return this.address.bytes;
  }

  equals(other: MulticastUnderlay): boolean {
    return this.address.equals(other.address);
  }

  /** Negative, zero or positive as this sorts before, with or after `other`. */
  compare(other: MulticastUnderlay): number {
    return this.address.compare(other.address);
  }

  /** The address in the form of RFC 5952. */
  toString(): string {
    return this.address.toString();
  }

  /** The text form, so that JSON shows it. */
  toJSON(): string {
    return this.toString();
  }
}
