// Carries NAT into the packet that an ICMP error quotes, so that its reader knows the flow again (spec 02 §15.1).

import { IpProtocol, type Direction, type IpAddr } from "opte-api";
import { rd8 } from "../packet/bytes.js";
import { writeIpv4Checksum } from "../packet/checksum.js";
import { EXTENSION_UNIT, extensionLength, isExtension } from "../packet/ipv6-extensions.js";
import type { Packet } from "../packet/packet.js";
import type { BodyTransform, BodyTransformError } from "../transform/body-transform.js";

/** Types that quote the packet that caused them: unreachable, quench, redirect, time exceeded, parameter problem (RFC 792). */
const ICMP_QUOTING: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);

/** Errors, which quote (RFC 4443 §2.1): 1 to 4 are defined. */
const ICMPV6_LAST_ERROR = 4;

/** Where the options of a neighbor discovery message begin in its body, by type from 133 (RFC 4861 §4). */
const ND_FIRST_TYPE = 133;
const ND_OPTIONS_AT = [0, 8, 16, 16, 32] as const;
/** Quotes a packet behind eight bytes of its own (RFC 4861 §4.6.3). */
const ND_REDIRECTED_HEADER = 4;
const ND_QUOTE_AT = 8;

const INCOMPATIBLE: BodyTransformError = { kind: "incompatible" };
const NO_PAYLOAD: BodyTransformError = { kind: "noPayload" };

/**
 * Translates the quoted packet's address: on the way in its source, which the guest knows as the private one; on the way out its
 * destination, which the peer knows as the external one. Ports and upper-layer checksums in the quote stay, and so does a quote that
 * cannot be read. Messages that quote nothing stay as they are.
 */
export class NestedNat implements BodyTransform {
  readonly text: string;
  readonly privateIp: IpAddr;
  readonly externalIp: IpAddr;
  readonly #family: 4 | 6;
  readonly #private: Uint8Array;
  readonly #external: Uint8Array;

  /** Both addresses are of one family. */
  constructor(privateIp: IpAddr, externalIp: IpAddr) {
    this.text = `[nested]: ${privateIp.toString()} <=> ${externalIp.toString()}`;
    this.privateIp = privateIp;
    this.externalIp = externalIp;
    this.#family = privateIp.family;
    this.#private = privateIp.bytes;
    this.#external = externalIp.bytes;
  }

  run(dir: Direction, packet: Packet): BodyTransformError | undefined {
    if (!isNestedNatFor(this.#family, packet)) return INCOMPATIBLE;
    const { bytes, end } = packet.frame;
    if (packet.body >= end) return NO_PAYLOAD;
    const type = rd8(bytes, packet.ulp);
    if (this.#family === 4) {
      if (ICMP_QUOTING.has(type)) this.#translateIpv4(dir, bytes, packet.body, end);
      return undefined;
    }
    if (type >= 1 && type <= ICMPV6_LAST_ERROR) this.#translateIpv6(dir, bytes, packet.body, end);
    const options = ND_OPTIONS_AT[type - ND_FIRST_TYPE];
    if (options !== undefined) this.#translateOptions(dir, bytes, packet.body + options, end);
    return undefined;
  }

  #translateOptions(dir: Direction, bytes: Uint8Array, first: number, end: number): void {
    let at = first;
    while (at + 2 <= end) {
      const length = 8 * rd8(bytes, at + 1);
      if (length === 0 || at + length > end) return;
      if (rd8(bytes, at) === ND_REDIRECTED_HEADER) this.#translateIpv6(dir, bytes, at + ND_QUOTE_AT, at + length);
      at += length;
    }
  }

  #translateIpv4(dir: Direction, bytes: Uint8Array, at: number, end: number): void {
    if (at + IPV4_MIN_LEN > end) return;
    const length = Math.max(IPV4_MIN_LEN, 4 * (rd8(bytes, at) & 0x0f));
    if (at + length > end) return;
    this.#translateAddress(dir, bytes, at + IPV4_SRC, at + IPV4_DST);
    writeIpv4Checksum(bytes, at, length);
  }

  #translateIpv6(dir: Direction, bytes: Uint8Array, at: number, end: number): void {
    if (isIpv6Readable(bytes, at, end)) this.#translateAddress(dir, bytes, at + IPV6_SRC, at + IPV6_DST);
  }

  #translateAddress(dir: Direction, bytes: Uint8Array, src: number, dst: number): void {
    if (dir === "in") replace(bytes, src, this.#external, this.#private);
    else replace(bytes, dst, this.#private, this.#external);
  }
}

/** Whether a {@link NestedNat} of a family is for packets of this kind: ICMP of that family. */
export function isNestedNatFor(family: 4 | 6, { ulp, ipVersion, proto }: Packet): boolean {
  return ulp >= 0 && ipVersion === family && proto === (family === 4 ? IpProtocol.Icmp : IpProtocol.Icmpv6);
}

const IPV4_MIN_LEN = 20;
const IPV4_SRC = 12;
const IPV4_DST = 16;
const IPV6_LEN = 40;
const IPV6_NEXT_HEADER = 6;
const IPV6_SRC = 8;
const IPV6_DST = 24;

/** Whether an IPv6 header with all its extension headers stands in `bytes[at, end)`. */
function isIpv6Readable(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + IPV6_LEN > end) return false;
  let next = rd8(bytes, at + IPV6_NEXT_HEADER);
  let header = at + IPV6_LEN;
  while (isExtension(next)) {
    if (header + EXTENSION_UNIT > end) return false;
    const length = extensionLength(bytes, header, next);
    next = rd8(bytes, header);
    header += length;
  }
  return header <= end;
}

function replace(bytes: Uint8Array, at: number, from: Uint8Array, to: Uint8Array): void {
  for (let i = 0; i < from.length; i++) if (bytes[at + i] !== from[i]) return;
  bytes.set(to, at);
}
