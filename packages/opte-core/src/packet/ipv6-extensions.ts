// The chain of IPv6 extension headers (RFC 8200 §4; spec 01 §2): walked, never checked for content.

import { rd8 } from "./bytes.js";

/** Next-header values that the engine walks over; any other ends the chain and is the upper-layer protocol. */
export const Ipv6NextHeader = {
  HopByHop: 0,
  Routing: 43,
  Fragment: 44,
  DestinationOptions: 60,
  Mobility: 135,
  Hip: 139,
  Shim6: 140,
  Experiment253: 253,
  /** Used by Oxide's routing protocol, DDM. */
  Experiment254: 254,
} as const;

/** The shortest extension header; every one is a multiple of it. */
export const EXTENSION_UNIT = 8;

/** Whether a next-header value continues the chain. */
export function isExtension(nextHeader: number): boolean {
  switch (nextHeader) {
    case Ipv6NextHeader.HopByHop:
    case Ipv6NextHeader.Routing:
    case Ipv6NextHeader.Fragment:
    case Ipv6NextHeader.DestinationOptions:
    case Ipv6NextHeader.Mobility:
    case Ipv6NextHeader.Hip:
    case Ipv6NextHeader.Shim6:
    case Ipv6NextHeader.Experiment253:
    case Ipv6NextHeader.Experiment254:
      return true;
    default:
      return false;
  }
}

/** Length in bytes of the extension header of kind `nextHeader` at `at`, of which two bytes must be readable. */
export function extensionLength(bytes: Uint8Array, at: number, nextHeader: number): number {
  return nextHeader === Ipv6NextHeader.Fragment ? EXTENSION_UNIT : EXTENSION_UNIT * (1 + rd8(bytes, at + 1));
}

/** Offset of the byte that holds the upper-layer protocol of the IPv6 header at `ip`, whose chain the parser has walked. */
export function upperProtocolAt(bytes: Uint8Array, ip: number): number {
  let at = ip + 6;
  let next = ip + 40;
  for (let proto = rd8(bytes, at); isExtension(proto); proto = rd8(bytes, at)) {
    at = next;
    next += extensionLength(bytes, next, proto);
  }
  return at;
}
