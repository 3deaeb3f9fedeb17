// Neighbor discovery messages (RFC 4861 §4): which ones a gateway accepts, and how it sends its own.

import { IpProtocol } from "opte-api";
import { rd16, rd8, wr16 } from "../../packet/bytes.js";
import type { Frame } from "../../packet/frame.js";
import type { Packet } from "../../packet/packet.js";
import { ETHER_LEN, IPV6_LEN, ipv6Checksum } from "../headers.js";

/** ICMPv6 types (RFC 4861 §4). */
export const NdpType = {
  RouterSolicitation: 133,
  RouterAdvertisement: 134,
  NeighborSolicitation: 135,
  NeighborAdvertisement: 136,
} as const;

/** Option types (RFC 4861 §4.6). */
export const NdpOption = {
  SourceLinkLayerAddress: 1,
  TargetLinkLayerAddress: 2,
  PrefixInformation: 3,
  RedirectedHeader: 4,
  Mtu: 5,
} as const;

/** Hop limit of every message, which proves that no router forwarded it (RFC 4861 §3.1). */
export const NDP_HOP_LIMIT = 255;

/** Length of an option's unit, and of the link-layer address options. */
export const NDP_OPTION_UNIT = 8;

const PREFIX_INFORMATION_UNITS = 4;
const REDIRECTED_HEADER_MIN_UNITS = 6;

/**
 * Whether `packet` is a valid message of `type` (RFC 4861 §6.1.1, §7.1.1): long enough for its fixed part of `fixedLen` bytes, code 0,
 * hop limit 255, whole options and the right checksum. The message runs to the end of the frame: link padding makes it invalid.
 */
export function isValidNdp(packet: Packet, type: number, fixedLen: number): boolean {
  const { bytes, end } = packet.frame;
  const at = packet.ulp;
  if (packet.ipVersion !== 6 || at < 0 || packet.proto !== IpProtocol.Icmpv6) return false;
  return (
    end - at >= fixedLen &&
    rd16(bytes, at) === type << 8 &&
    rd8(bytes, packet.ip + 7) === NDP_HOP_LIMIT &&
    areWellFormedOptions(bytes, at + fixedLen, end) &&
    ipv6Checksum(bytes, packet.ip, IpProtocol.Icmpv6, at, end) === 0
  );
}

/** Whether well-formed options hold one of `type`. */
export function hasNdpOption(bytes: Uint8Array, from: number, to: number, type: number): boolean {
  for (let at = from; at < to; at += rd8(bytes, at + 1) * NDP_OPTION_UNIT) if (rd8(bytes, at) === type) return true;
  return false;
}

/** Writes the checksum of the ICMPv6 message behind the IPv6 header of a reply; its checksum field holds zero so far. */
export function sealNdp(reply: Frame): void {
  const ip = reply.start + ETHER_LEN;
  const message = ip + IPV6_LEN;
  wr16(reply.bytes, message + 2, ipv6Checksum(reply.bytes, ip, IpProtocol.Icmpv6, message, reply.end));
}

function areWellFormedOptions(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to) {
    if (to - at < NDP_OPTION_UNIT) return false;
    const units = rd8(bytes, at + 1);
    if (units === 0 || units * NDP_OPTION_UNIT > to - at) return false;
    const type = rd8(bytes, at);
    if (type === NdpOption.PrefixInformation && units < PREFIX_INFORMATION_UNITS) return false;
    if (type === NdpOption.RedirectedHeader && units < REDIRECTED_HEADER_MIN_UNITS) return false;
    at += units * NDP_OPTION_UNIT;
  }
  return true;
}
