// IPv4 addresses (spec 01 §1.3).

import { checkLength, checkUnsigned, readUint32 } from "./bytes.js";
import { DECIMAL_FAULT_TEXT, parseDecimal } from "./decimal.js";
import { MacAddr } from "./mac-addr.js";
import { TextError } from "./text-error.js";

const TYPE = "IPv4 address";
const OCTETS = 4;
const BITS = 32;
/** First bytes of the MAC address of an IPv4 group, 01:00:5E (RFC 1112 §6.4). */
const MULTICAST_MAC_HI = 0x0100;
const MULTICAST_MAC_LO = 0x5e000000;

/** An immutable IPv4 address. */
export class Ipv4Addr {
  static readonly ANY: Ipv4Addr = new Ipv4Addr(0);
  static readonly LOCALHOST: Ipv4Addr = new Ipv4Addr(0x7f000001);
  static readonly BROADCAST: Ipv4Addr = new Ipv4Addr(0xffffffff);

  /** Tells it from an {@link Ipv6Addr} in an {@link IpAddr}. */
  readonly family = 4;
  /** The address as an unsigned 32-bit number: 10.0.0.1 is 0x0a000001. */
  readonly value: number;

  private constructor(value: number) {
    this.value = value;
    Object.freeze(this);
  }

  /**
   * Reads four strict decimal numbers from 0 to 255 joined by `.`.
   *
   * @throws TextError a {@link DecimalFault} of the first number at fault, or `octet_count`
   */
  static parse(text: string): Ipv4Addr {
    const octets = text.split(".");
    let value = 0;
    for (const octet of octets) {
      const number = parseDecimal(octet, 0xff);
      if (typeof number === "string") throw new TextError(TYPE, number, text, DECIMAL_FAULT_TEXT[number]);
      value = (value << 8) | number;
    }
    if (octets.length !== OCTETS) {
      throw new TextError(TYPE, "octet_count", text, `it has ${octets.length} numbers, not ${OCTETS}`);
    }
    return new Ipv4Addr(value >>> 0);
  }

  /** @throws RangeError unless there are exactly 4 bytes. */
  static fromBytes(bytes: Uint8Array): Ipv4Addr {
    checkLength(bytes, OCTETS, TYPE);
    return new Ipv4Addr(readUint32(bytes, 0));
  }

  /** @throws RangeError unless `value` is an integer from 0 to 2^32 - 1. */
  static fromNumber(value: number): Ipv4Addr {
    checkUnsigned(value, 0xffffffff, "IPv4 address");
    return new Ipv4Addr(value);
  }

  /**
   * The netmask of a prefix length: its top `prefixLen` bits are set.
   *
   * @throws RangeError unless `prefixLen` is an integer from 0 to 32
   */
  static netmask(prefixLen: number): Ipv4Addr {
    return Ipv4Addr.BROADCAST.mask(prefixLen);
  }

  /** The four bytes, in a new array at each call. */
  get bytes(): Uint8Array {
    const { value } = this;
    return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
  }

  /** Whether it is 0.0.0.0. */
  get isUnspecified(): boolean {
    return this.value === 0;
  }

  /** Whether it is in 224.0.0.0/4. */
  get isMulticast(): boolean {
    return this.value >>> 28 === 0xe;
  }

  /** Whether it is in 127.0.0.0/8. */
  get isLoopback(): boolean {
    return this.value >>> 24 === 127;
  }

  /** Whether it is in 169.254.0.0/16. */
  get isLinkLocal(): boolean {
    return this.value >>> 16 === 0xa9fe;
  }

  /** Whether it is 255.255.255.255. */
  get isBroadcast(): boolean {
    return this.value === 0xffffffff;
  }

  /**
   * The MAC address of this group: 01:00:5E and the low 23 bits (RFC 1112 §6.4).
   *
   * @throws RangeError unless the address {@link isMulticast}
   */
  multicastMac(): MacAddr {
    if (!this.isMulticast) throw new RangeError(`${this.toString()} is not an IPv4 multicast address`);
    return MacAddr.fromWords(MULTICAST_MAC_HI, MULTICAST_MAC_LO | (this.value & 0x007fffff));
  }

  /**
   * This address with all but its top `prefixLen` bits cleared.
   *
   * @throws RangeError unless `prefixLen` is an integer from 0 to 32
   */
  mask(prefixLen: number): Ipv4Addr {
    checkUnsigned(prefixLen, BITS, "IPv4 prefix length");
    // A shift by 32 is a shift by 0 in JavaScript.
    return new Ipv4Addr(prefixLen === 0 ? 0 : (this.value & (-1 << (BITS - prefixLen))) >>> 0);
  }

  equals(other: Ipv4Addr): boolean {
    return this.value === other.value;
  }

  /** Negative, zero or positive as this sorts before, with or after `other`, as unsigned numbers. */
  compare(other: Ipv4Addr): number {
    return this.value - other.value;
  }

  /** Dotted decimal: `10.0.0.1`. */
  toString(): string {
    return this.bytes.join(".");
  }

  /** The text form, so that JSON shows it. */
  toJSON(): string {
    return this.toString();
  }
}
