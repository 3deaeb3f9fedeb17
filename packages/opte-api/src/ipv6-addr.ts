// IPv6 addresses (spec 01 §1.4; RFC 4291, RFC 5952).

import { checkLength, checkUnsigned, readUint32 } from "./bytes.js";
import { parseIpv6Groups, printIpv6Groups, printIpv6GroupsAsReference } from "./ipv6-text.js";
import { MacAddr } from "./mac-addr.js";
import { TextError } from "./text-error.js";

const TYPE = "IPv6 address";
const OCTETS = 16;
const GROUPS = 8;
const BITS = 128;
const WORD_BITS = 32;
/** First bytes of the MAC address of an IPv6 group, 33:33 (RFC 2464 §7). */
const MULTICAST_MAC_HI = 0x3333;
/** First 16 bits of admin-local multicast, ff04::/16 (RFC 7346 §2). */
const ADMIN_LOCAL = 0xff04;

/** An immutable IPv6 address. */
export class Ipv6Addr {
  /** `::` */
  static readonly ANY: Ipv6Addr = new Ipv6Addr(0, 0, 0, 0);
  /** `::1` */
  static readonly LOCALHOST: Ipv6Addr = new Ipv6Addr(0, 0, 0, 1);
  /** `ff02::1` */
  static readonly ALL_NODES: Ipv6Addr = new Ipv6Addr(0xff020000, 0, 0, 1);
  /** `ff02::2` */
  static readonly ALL_ROUTERS: Ipv6Addr = new Ipv6Addr(0xff020000, 0, 0, 2);

  /** Tells it from an {@link Ipv4Addr} in an {@link IpAddr}. */
  readonly family = 6;
  /** The address as four unsigned 32-bit numbers, most significant first. */
  readonly words: readonly [number, number, number, number];

  private constructor(a: number, b: number, c: number, d: number) {
    this.words = Object.freeze([a, b, c, d] as const);
    Object.freeze(this);
  }

  /**
   * Reads every text that RFC 4291 §2.2 allows, a dotted quad (strict decimal) in the last 32 bits included.
   *
   * It also accepts what the reference accepts beyond that: a `::` that stands for no group, with at most six groups on each
   * side; a third colon between two groups (`1:::2`); groups behind an IPv4-mapped quad (`::ffff:1.2.3.4:5`).
   *
   * @throws TextError `invalid_ipv6`
   */
  static parse(text: string): Ipv6Addr {
    const groups = parseIpv6Groups(text);
    if (groups === undefined) {
      throw new TextError(TYPE, "invalid_ipv6", text, "it is none of the text forms of RFC 4291");
    }
    return Ipv6Addr.fromGroups(groups);
  }

  /** @throws RangeError unless there are exactly 16 bytes. */
  static fromBytes(bytes: Uint8Array): Ipv6Addr {
    checkLength(bytes, OCTETS, TYPE);
    return new Ipv6Addr(readUint32(bytes, 0), readUint32(bytes, 4), readUint32(bytes, 8), readUint32(bytes, 12));
  }

  /**
   * The address of four unsigned 32-bit numbers, most significant first.
   *
   * @throws RangeError if one is out of range
   */
  static fromWords(a: number, b: number, c: number, d: number): Ipv6Addr {
    for (const word of [a, b, c, d]) checkUnsigned(word, 0xffffffff, "Word of an IPv6 address");
    return new Ipv6Addr(a, b, c, d);
  }

  /**
   * The address of eight 16-bit groups, as they are written between colons.
   *
   * @throws RangeError unless there are exactly eight, each from 0 to 0xffff
   */
  static fromGroups(groups: readonly number[]): Ipv6Addr {
    if (groups.length !== GROUPS) throw new RangeError(`An IPv6 address has ${GROUPS} groups, not ${groups.length}`);
    for (const group of groups) checkUnsigned(group, 0xffff, "Group of an IPv6 address");
    const word = (at: number): number => (((groups[at] ?? 0) << 16) | (groups[at + 1] ?? 0)) >>> 0;
    return new Ipv6Addr(word(0), word(2), word(4), word(6));
  }

  /** The link-local address that a station with this MAC gives itself: fe80::/64 and the modified EUI-64 (RFC 4291 §2.5.1). */
  static fromEui64(mac: MacAddr): Ipv6Addr {
    const { hi, lo } = mac;
    return new Ipv6Addr(
      0xfe800000,
      0,
      (((hi ^ 0x0200) << 16) | ((lo >>> 24) << 8) | 0xff) >>> 0,
      (0xfe000000 | (lo & 0xffffff)) >>> 0,
    );
  }

  /**
   * The netmask of a prefix length: its top `prefixLen` bits are set.
   *
   * @throws RangeError unless `prefixLen` is an integer from 0 to 128
   */
  static netmask(prefixLen: number): Ipv6Addr {
    return new Ipv6Addr(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff).mask(prefixLen);
  }

  /** The sixteen bytes, in a new array at each call. */
  get bytes(): Uint8Array {
    return Uint8Array.from(this.words.flatMap((word) => [word >>> 24, word >>> 16, word >>> 8, word]));
  }

  /** The eight 16-bit groups, in a new array at each call. */
  get groups(): number[] {
    return this.words.flatMap((word) => [word >>> 16, word & 0xffff]);
  }

  /** Whether it is `::`. */
  get isUnspecified(): boolean {
    return this.equals(Ipv6Addr.ANY);
  }

  /** Whether it is in ff00::/8. */
  get isMulticast(): boolean {
    return this.words[0] >>> 24 === 0xff;
  }

  /** Whether it is `::1`. */
  get isLoopback(): boolean {
    return this.equals(Ipv6Addr.LOCALHOST);
  }

  /** Whether it is in fe80::/10 (the prefix {@link Ipv6Cidr.LINK_LOCAL} is narrower). */
  get isLinkLocal(): boolean {
    return this.words[0] >>> 22 === 0xfe80 >>> 6;
  }

  /** Whether it is in ff04::/16: multicast of admin-local scope, with no flag set. */
  get isAdminScopedMulticast(): boolean {
    return this.words[0] >>> 16 === ADMIN_LOCAL;
  }

  /** Whether it is in ff02::1:ff00:0/104 (RFC 4291 §2.7.1). */
  get isSolicitedNode(): boolean {
    const [a, b, c, d] = this.words;
    return a === 0xff020000 && b === 0 && c === 1 && d >>> 24 === 0xff;
  }

  /**
   * The MAC address of this group: 33:33 and the last four bytes (RFC 2464 §7).
   *
   * @throws RangeError unless the address {@link isMulticast}
   */
  multicastMac(): MacAddr {
    if (!this.isMulticast) throw new RangeError(`${this.toString()} is not an IPv6 multicast address`);
    return MacAddr.fromWords(MULTICAST_MAC_HI, this.words[3]);
  }

  /** The solicited-node group of this address: ff02::1:ff and its last three bytes (RFC 4291 §2.7.1). */
  solicitedNode(): Ipv6Addr {
    return new Ipv6Addr(0xff020000, 0, 1, (0xff000000 | (this.words[3] & 0xffffff)) >>> 0);
  }

  /**
   * This address with all but its top `prefixLen` bits cleared.
   *
   * @throws RangeError unless `prefixLen` is an integer from 0 to 128
   */
  mask(prefixLen: number): Ipv6Addr {
    checkUnsigned(prefixLen, BITS, "IPv6 prefix length");
    const [a, b, c, d] = this.words;
    return new Ipv6Addr(
      maskWord(a, prefixLen),
      maskWord(b, prefixLen - WORD_BITS),
      maskWord(c, prefixLen - 2 * WORD_BITS),
      maskWord(d, prefixLen - 3 * WORD_BITS),
    );
  }

  equals(other: Ipv6Addr): boolean {
    return this.compare(other) === 0;
  }

  /** Negative, zero or positive as this sorts before, with or after `other`, as unsigned 128-bit numbers. */
  compare(other: Ipv6Addr): number {
    const [a, b, c, d] = this.words;
    const [e, f, g, h] = other.words;
    return a - e || b - f || c - g || d - h;
  }

  /** The canonical text of RFC 5952; an IPv4-mapped address as `::ffff:10.0.0.1` (§5). */
  toString(): string {
    return printIpv6Groups(this.groups);
  }

  /**
   * The reference's own text, for places where its output must be matched: the first zero group becomes `::` with the zeros
   * that follow it, even if it is alone or a longer run comes later.
   */
  toReferenceString(): string {
    return printIpv6GroupsAsReference(this.groups);
  }

  /** The text form, so that JSON shows it. */
  toJSON(): string {
    return this.toString();
  }
}

/** `word` with all but its top `bits` bits cleared; all of it is kept above 32, nothing below 1. */
function maskWord(word: number, bits: number): number {
  if (bits <= 0) return 0;
  if (bits >= WORD_BITS) return word;
  return (word & (-1 << (WORD_BITS - bits))) >>> 0;
}
