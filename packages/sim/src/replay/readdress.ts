// Gives a frame another destination, as if it had been sent there: address, and port or echo identifier, with all checksums.

import type { IpAddr } from "opte-api";
import type { Packet } from "opte-core";
import { read16, updatedChecksum, write16 } from "./internet-checksum.js";

/** Where a frame is to go. */
export interface Destination {
  /** Of the frame's own family. */
  readonly ip: IpAddr;
  /** Destination port of TCP and UDP, identifier of ICMP echoes; absent: it stays. */
  readonly portOrId?: number;
}

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;

const IPV4_CHECKSUM_AT = 10;
const IPV4_DESTINATION_AT = 16;
const IPV6_DESTINATION_AT = 24;
const IPV6_LEN = 40;
/** Next-header value of the fragment header (RFC 8200 §4.5). */
const FRAGMENT = 44;

/** Offsets in the upper-layer header of its checksum, and of what tells flows apart. */
const UPPER_LAYERS: ReadonlyMap<number, { readonly checksumAt: number; readonly portOrIdAt: number }> = new Map([
  [TCP, { checksumAt: 16, portOrIdAt: 2 }],
  [UDP, { checksumAt: 6, portOrIdAt: 2 }],
  [ICMP, { checksumAt: 2, portOrIdAt: 4 }],
  [ICMPV6, { checksumAt: 2, portOrIdAt: 4 }],
]);

/**
 * Readdresses a copy of a parsed frame. Checksums are updated by the change (RFC 1624), so a wrong one stays wrong; a UDP
 * checksum of 0 stays 0, for there is none.
 *
 * @param packet a frame that `parseGuest` could read, with an IP header
 * @returns the new frame
 */
export function readdress({ frame, ip, ipVersion, ulp, proto }: Packet, to: Destination): Uint8Array {
  // Not `slice`, which does not copy when the capture is Node's Buffer.
  const bytes = new Uint8Array(frame.bytes);
  const readdressed = bytes.subarray(frame.start, frame.end);
  const address = to.ip.bytes;
  const addressAt = ip + (ipVersion === 4 ? IPV4_DESTINATION_AT : IPV6_DESTINATION_AT);
  const oldAddress = bytes.slice(addressAt, addressAt + address.length);
  bytes.set(address, addressAt);
  if (ipVersion === 4) update(bytes, ip + IPV4_CHECKSUM_AT, oldAddress, address);

  const upper = UPPER_LAYERS.get(proto);
  // A later fragment begins with data, in which nothing may be changed.
  if (upper === undefined || isLaterFragment(bytes, ip, ipVersion, ulp)) return readdressed;
  const checksumAt = ulp + upper.checksumAt;
  const hasChecksum = proto !== UDP || read16(bytes, checksumAt) !== 0;
  // ICMP alone has no pseudo-header with the addresses.
  if (hasChecksum && proto !== ICMP) update(bytes, checksumAt, oldAddress, address);
  if (to.portOrId !== undefined) {
    const at = ulp + upper.portOrIdAt;
    const old = bytes.slice(at, at + 2);
    write16(bytes, at, to.portOrId);
    if (hasChecksum) update(bytes, checksumAt, old, bytes.subarray(at, at + 2));
  }
  // In UDP, 0 would say that there is no checksum (RFC 768).
  if (hasChecksum && proto === UDP && read16(bytes, checksumAt) === 0) write16(bytes, checksumAt, 0xffff);
  return readdressed;
}

function update(bytes: Uint8Array, checksumAt: number, before: Uint8Array, after: Uint8Array): void {
  write16(bytes, checksumAt, updatedChecksum(read16(bytes, checksumAt), before, after));
}

/** Whether the payload of the IP header at `ip` continues a datagram that another packet began. */
function isLaterFragment(bytes: Uint8Array, ip: number, ipVersion: number, ulp: number): boolean {
  if (ipVersion === 4) return (read16(bytes, ip + 6) & 0x1fff) !== 0;
  let next = bytes[ip + 6] ?? 0;
  for (let at = ip + IPV6_LEN; at < ulp;) {
    if (next === FRAGMENT && read16(bytes, at + 2) >> 3 !== 0) return true;
    const length = next === FRAGMENT ? 8 : 8 + 8 * (bytes[at + 1] ?? 0);
    next = bytes[at] ?? 0;
    at += length;
  }
  return false;
}
