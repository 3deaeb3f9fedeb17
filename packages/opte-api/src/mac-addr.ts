// MAC addresses (spec 01 §1.2).

import { checkLength, checkUnsigned, readUint16, readUint32 } from "./bytes.js";
import { quoted, TextError } from "./text-error.js";

const TYPE = "MAC address";
const OCTETS = 6;
const OCTET = /^[0-9a-fA-F]{1,2}$/;

/** An immutable 48-bit MAC address. */
export class MacAddr {
  static readonly BROADCAST: MacAddr = new MacAddr(0xffff, 0xffffffff);
  static readonly ZERO: MacAddr = new MacAddr(0, 0);

  /** First two bytes, as an unsigned number. */
  readonly hi: number;
  /** Last four bytes, as an unsigned number. */
  readonly lo: number;

  private constructor(hi: number, lo: number) {
    this.hi = hi;
    this.lo = lo;
    Object.freeze(this);
  }

  /**
   * Reads six octets of one or two hex digits, either case, joined by `:`.
   *
   * @throws TextError `bad_octet`, or `octet_count`; an octet at fault is named before the count is looked at
   */
  static parse(text: string): MacAddr {
    const octets = text.split(":");
    for (const octet of octets) {
      if (!OCTET.test(octet)) {
        throw new TextError(TYPE, "bad_octet", text, `octet ${quoted(octet)} is not one or two hex digits`);
      }
    }
    if (octets.length !== OCTETS) {
      throw new TextError(TYPE, "octet_count", text, `it has ${octets.length} octets, not ${OCTETS}`);
    }
    return MacAddr.fromBytes(Uint8Array.from(octets, (octet) => Number.parseInt(octet, 16)));
  }

  /** @throws RangeError unless there are exactly 6 bytes. */
  static fromBytes(bytes: Uint8Array): MacAddr {
    checkLength(bytes, OCTETS, TYPE);
    return new MacAddr(readUint16(bytes, 0), readUint32(bytes, 2));
  }

  /**
   * @param hi first two bytes, unsigned
   * @param lo last four bytes, unsigned
   * @throws RangeError if a number is out of range
   */
  static fromWords(hi: number, lo: number): MacAddr {
    checkUnsigned(hi, 0xffff, "First word of a MAC address");
    checkUnsigned(lo, 0xffffffff, "Second word of a MAC address");
    return new MacAddr(hi, lo);
  }

  /** The six bytes, in a new array at each call. */
  get bytes(): Uint8Array {
    const { hi, lo } = this;
    return Uint8Array.of(hi >>> 8, hi, lo >>> 24, lo >>> 16, lo >>> 8, lo);
  }

  /** Whether it names a group of stations, broadcast included: lowest bit of the first byte. */
  get isMulticast(): boolean {
    return (this.hi & 0x0100) !== 0;
  }

  get isBroadcast(): boolean {
    return this.equals(MacAddr.BROADCAST);
  }

  equals(other: MacAddr): boolean {
    return this.hi === other.hi && this.lo === other.lo;
  }

  /** Negative, zero or positive as this sorts before, with or after `other`, byte by byte. */
  compare(other: MacAddr): number {
    return this.hi - other.hi || this.lo - other.lo;
  }

  /** Six two-digit upper-case octets: `A8:40:25:FF:77:77`. */
  toString(): string {
    return Array.from(this.bytes, (byte) => byte.toString(16).padStart(2, "0"))
      .join(":")
      .toUpperCase();
  }

  /** The text form, so that JSON shows it. */
  toJSON(): string {
    return this.toString();
  }
}
