// What gateways say to guests themselves, rather than forward: kinds of messages that a port answers by hairpins.

import type { Packet } from "opte-core";
import { read16 } from "./internet-checksum.js";

/** Kinds of answers that a port gives in place of the gateway. */
export type AnswerKind = "arp" | "dhcp" | "dhcpv6" | "echo" | "echo6" | "ra" | "na";

const ETHERTYPE_ARP = 0x0806;
const ICMP = 1;
const UDP = 17;
const ICMPV6 = 58;
const DHCP_SERVER = 67;
const DHCPV6_SERVER = 547;

const IcmpType = { EchoReply: 0 } as const;
const Icmpv6Type = {
  EchoReply: 129,
  ListenerQuery: 130,
  RouterAdvertisement: 134,
  NeighborAdvertisement: 136,
  Redirect: 137,
  ListenerReport2: 143,
} as const;

/** The kind of answer that a parsed frame is; `undefined` for what is none. Echo replies may come from anybody. */
export function answerKind(packet: Packet): AnswerKind | undefined {
  const { bytes } = packet.frame;
  if (packet.etherType === ETHERTYPE_ARP) return "arp";
  switch (packet.proto) {
    case UDP:
      return serverKind(read16(bytes, packet.ulp));
    case ICMP:
      return bytes[packet.ulp] === IcmpType.EchoReply ? "echo" : undefined;
    case ICMPV6:
      return icmpv6Kind(bytes[packet.ulp]);
    default:
      return undefined;
  }
}

/**
 * Whether a parsed frame never leaves the link between guest and gateway, whatever its addresses: ARP, DHCP servers' messages,
 * neighbour discovery (RFC 4861), multicast listener discovery (RFC 2710, RFC 3810).
 */
export function staysOnLink(packet: Packet): boolean {
  const kind = answerKind(packet);
  if (kind !== undefined && kind !== "echo" && kind !== "echo6") return true;
  if (packet.proto !== ICMPV6) return false;
  const type = packet.frame.bytes[packet.ulp] ?? 0;
  return (type >= Icmpv6Type.ListenerQuery && type <= Icmpv6Type.Redirect) || type === Icmpv6Type.ListenerReport2;
}

function serverKind(sourcePort: number): AnswerKind | undefined {
  if (sourcePort === DHCP_SERVER) return "dhcp";
  return sourcePort === DHCPV6_SERVER ? "dhcpv6" : undefined;
}

function icmpv6Kind(type: number | undefined): AnswerKind | undefined {
  switch (type) {
    case Icmpv6Type.EchoReply:
      return "echo6";
    case Icmpv6Type.RouterAdvertisement:
      return "ra";
    case Icmpv6Type.NeighborAdvertisement:
      return "na";
    default:
      return undefined;
  }
}
