// IPv4 prefixes (spec 01 §1.5).

import { parseCidr } from "./cidr-text.js";
import { Ipv4Addr } from "./ipv4-addr.js";

const BITS = 32;

/** An immutable IPv4 prefix; its host bits are always clear. */
export class Ipv4Cidr {
  /** `224.0.0.0/4` */
  static readonly MULTICAST: Ipv4Cidr = new Ipv4Cidr(Ipv4Addr.fromNumber(0xe0000000), 4);

  /** Tells it from an {@link Ipv6Cidr} in an {@link IpCidr}. */
  readonly family = 4;
  /** First address of the prefix. */
  readonly network: Ipv4Addr;
  /** Number of leading bits that members share with {@link network}, 0 to 32. */
  readonly prefixLen: number;

  /**
   * The prefix of this length that `address` is in.
   *
   * @throws RangeError unless `prefixLen` is an integer from 0 to 32
   */
  constructor(address: Ipv4Addr, prefixLen: number) {
    this.network = address.mask(prefixLen);
    this.prefixLen = prefixLen;
    Object.freeze(this);
  }

  /**
   * Reads `address/length`; host bits are cleared, so `192.168.2.9/24` is `192.168.2.0/24`.
   *
   * @throws TextError `no_slash`, `bad_ip`, `bad_prefix:` and a {@link DecimalFault}, or `prefix_range`
   */
  static parse(text: string): Ipv4Cidr {
    const { address, prefixLen } = parseCidr("IPv4 CIDR", text, BITS, (part) => Ipv4Addr.parse(part));
    return new Ipv4Cidr(address, prefixLen);
  }

  /** The netmask: 255.255.255.0 for a length of 24. */
  get netmask(): Ipv4Addr {
    return Ipv4Addr.netmask(this.prefixLen);
  }

  /** Whether it is 0.0.0.0/0. */
  get isDefault(): boolean {
    return this.prefixLen === 0;
  }

  isMember(address: Ipv4Addr): boolean {
    return address.mask(this.prefixLen).equals(this.network);
  }

  equals(other: Ipv4Cidr): boolean {
    return this.compare(other) === 0;
  }

  /** Negative, zero or positive as this sorts before, with or after `other`: by network, then by length. */
  compare(other: Ipv4Cidr): number {
    return this.network.compare(other.network) || this.prefixLen - other.prefixLen;
  }

  /** `10.0.0.0/8` */
  toString(): string {
    return `${this.network.toString()}/${this.prefixLen}`;
  }

  /** The text form, so that JSON shows it. */
  toJSON(): string {
    return this.toString();
  }
}
