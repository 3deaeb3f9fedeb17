// IPv6 prefixes (spec 01 §1.5).

import { parseCidr } from "./cidr-text.js";
import { Ipv6Addr } from "./ipv6-addr.js";

const BITS = 128;

/** An immutable IPv6 prefix; its host bits are always clear. */
export class Ipv6Cidr {
  /** `fe80::/64`, the prefix that stations use; the address test {@link Ipv6Addr.isLinkLocal} covers all of fe80::/10. */
  static readonly LINK_LOCAL: Ipv6Cidr = new Ipv6Cidr(Ipv6Addr.fromWords(0xfe800000, 0, 0, 0), 64);
  /** `ff00::/8` */
  static readonly MULTICAST: Ipv6Cidr = new Ipv6Cidr(Ipv6Addr.fromWords(0xff000000, 0, 0, 0), 8);
  /** `ff04::/16`, multicast of admin-local scope */
  static readonly ADMIN_LOCAL_MULTICAST: Ipv6Cidr = new Ipv6Cidr(Ipv6Addr.fromWords(0xff040000, 0, 0, 0), 16);

  /** Tells it from an {@link Ipv4Cidr} in an {@link IpCidr}. */
  readonly family = 6;
  /** First address of the prefix. */
  readonly network: Ipv6Addr;
  /** Number of leading bits that members share with {@link network}, 0 to 128. */
  readonly prefixLen: number;

  /**
   * The prefix of this length that `address` is in.
   *
   * @throws RangeError unless `prefixLen` is an integer from 0 to 128
   */
  constructor(address: Ipv6Addr, prefixLen: number) {
    this.network = address.mask(prefixLen);
    this.prefixLen = prefixLen;
    Object.freeze(this);
  }

  /**
   * Reads `address/length`; host bits are cleared, so `fd00::1/64` is `fd00::/64`.
   *
   * @throws TextError `no_slash`, `bad_ip`, `bad_prefix:` and a {@link DecimalFault}, or `prefix_range`
   */
  static parse(text: string): Ipv6Cidr {
    const { address, prefixLen } = parseCidr("IPv6 CIDR", text, BITS, (part) => Ipv6Addr.parse(part));
    return new Ipv6Cidr(address, prefixLen);
  }

  /** The netmask: ffff:ffff:: for a length of 32. */
  get netmask(): Ipv6Addr {
    return Ipv6Addr.netmask(this.prefixLen);
  }

  /** Whether it is ::/0. */
  get isDefault(): boolean {
    return this.prefixLen === 0;
  }

  isMember(address: Ipv6Addr): boolean {
    return address.mask(this.prefixLen).equals(this.network);
  }

  equals(other: Ipv6Cidr): boolean {
    return this.compare(other) === 0;
  }

  /** Negative, zero or positive as this sorts before, with or after `other`: by network, then by length. */
  compare(other: Ipv6Cidr): number {
    return this.network.compare(other.network) || this.prefixLen - other.prefixLen;
  }

  /** `fd00::/64`, the address in the form of RFC 5952. */
  toString(): string {
    return `${this.network.toString()}/${this.prefixLen}`;
  }

  /** The reference's own text, see {@link Ipv6Addr.toReferenceString}. */
  toReferenceString(): string {
    return `${this.network.toReferenceString()}/${this.prefixLen}`;
  }

  /** The text form, so that JSON shows it. */
  toJSON(): string {
    return this.toString();
  }
}
