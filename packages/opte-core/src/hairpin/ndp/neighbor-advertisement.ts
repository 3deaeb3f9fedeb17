// Answers a guest that resolves its gateway's link-local address, or that would like to use it itself (RFC 4861 §7.2.4,
// RFC 4862 §5.4.3, spec 03 §5.2).

import { type Direction, EtherType, IpProtocol, Ipv6Addr, Ipv6Cidr, type MacAddr } from "opte-api";
import {
  DONE,
  type Done,
  type GeneratorError,
  type HairpinGenerator,
  MALFORMED,
  type Refusal,
  REFUSAL,
} from "../../action/action.js";
import { rd32, rd8 } from "../../packet/bytes.js";
import type { Frame } from "../../packet/frame.js";
import type { Packet } from "../../packet/packet.js";
import type { Predicate } from "../../predicate/predicate.js";
import {
  addressToSource,
  ETHER_LEN,
  IPV6_LEN,
  isIpv6AddrAt,
  writeEther,
  writeIpv6,
  writeIpv6Addr,
  writeMac,
} from "../headers.js";
import { hasNdpOption, isValidNdp, NDP_HOP_LIMIT, NDP_OPTION_UNIT, NdpOption, NdpType, sealNdp } from "./message.js";

/** Who asks whom; the gateway is known by the EUI-64 link-local address of its MAC. */
export interface NeighborAdvertisementConfig {
  readonly guestMac: MacAddr;
  readonly gatewayMac: MacAddr;
}

/** Solicitations and advertisements both end their fixed part with the target address (RFC 4861 §4.3, §4.4). */
const TARGET = 8;
const FIXED_LEN = 24;
const MESSAGE_LEN = FIXED_LEN + NDP_OPTION_UNIT;

/** Flags of an advertisement (RFC 4861 §4.4). */
const ROUTER = 0x80;
const SOLICITED = 0x40;
const OVERRIDE = 0x20;

/**
 * The gateway's answer to a neighbor solicitation; *malformed* for one that RFC 4861 §7.1.1 tells a node to discard, a refusal for one
 * that asks for another address.
 */
export class NeighborAdvertisement implements HairpinGenerator {
  readonly text: string;
  readonly implicitPredicates: readonly Predicate[];
  readonly #gatewayIp: Ipv6Addr;
  /** The answer to the guest, whole but for its destination and checksum. */
  readonly #solicited: Uint8Array;
  /** The answer to a guest without address, whole but for its checksum; it goes to all nodes. */
  readonly #toAllNodes: Uint8Array;

  constructor({ guestMac, gatewayMac }: NeighborAdvertisementConfig) {
    const gatewayIp = Ipv6Addr.fromEui64(gatewayMac);
    const group = gatewayIp.solicitedNode();
    this.text = `NDP NA IPv6=${gatewayIp.toString()} MAC=${gatewayMac.toString()}`;
    this.implicitPredicates = [
      { kind: "etherSrc", values: [guestMac] },
      { kind: "etherDst", values: [gatewayMac, group.multicastMac()] },
      { kind: "ipv6Src", values: [Ipv6Cidr.LINK_LOCAL, Ipv6Addr.ANY] },
      { kind: "ipv6Dst", values: [gatewayIp, group] },
      { kind: "ipProtocol", values: [IpProtocol.Icmpv6] },
      { kind: "icmpv6Type", values: [NdpType.NeighborSolicitation] },
    ];
    this.#gatewayIp = gatewayIp;
    this.#solicited = advertisement(guestMac, Ipv6Addr.ANY, gatewayMac, gatewayIp, ROUTER | SOLICITED | OVERRIDE);
    this.#toAllNodes = advertisement(
      Ipv6Addr.ALL_NODES.multicastMac(),
      Ipv6Addr.ALL_NODES,
      gatewayMac,
      gatewayIp,
      ROUTER | OVERRIDE,
    );
  }

  reply(_dir: Direction, packet: Packet, reply: Frame): Done | Refusal | GeneratorError {
    if (!isValidNdp(packet, NdpType.NeighborSolicitation, FIXED_LEN)) return MALFORMED;
    const { bytes, end } = packet.frame;
    const target = packet.ulp + TARGET;
    const hasNoSource = isUnspecified(bytes, packet.ip + 8);
    if (rd8(bytes, target) === 0xff) return MALFORMED; // A group cannot be resolved
    if (hasNoSource) {
      if (!isSolicitedNode(bytes, packet.ip + 24)) return MALFORMED;
      if (hasNdpOption(bytes, packet.ulp + FIXED_LEN, end, NdpOption.SourceLinkLayerAddress)) return MALFORMED;
    }
    if (!isIpv6AddrAt(bytes, target, this.#gatewayIp)) return REFUSAL;

    const template = hasNoSource ? this.#toAllNodes : this.#solicited;
    reply.reset(template.length);
    reply.bytes.set(template, reply.start);
    if (!hasNoSource) addressToSource(packet, reply);
    sealNdp(reply);
    return DONE;
  }
}

function advertisement(
  dstMac: MacAddr,
  dst: Ipv6Addr,
  gatewayMac: MacAddr,
  gatewayIp: Ipv6Addr,
  flags: number,
): Uint8Array {
  const bytes = new Uint8Array(ETHER_LEN + IPV6_LEN + MESSAGE_LEN);
  writeEther(bytes, 0, dstMac, gatewayMac, EtherType.Ipv6);
  writeIpv6(bytes, ETHER_LEN, {
    src: gatewayIp,
    dst,
    nextHeader: IpProtocol.Icmpv6,
    payloadLen: MESSAGE_LEN,
    hopLimit: NDP_HOP_LIMIT,
  });
  const at = ETHER_LEN + IPV6_LEN;
  bytes[at] = NdpType.NeighborAdvertisement;
  bytes[at + 4] = flags;
  writeIpv6Addr(bytes, at + TARGET, gatewayIp);
  bytes[at + FIXED_LEN] = NdpOption.TargetLinkLayerAddress;
  bytes[at + FIXED_LEN + 1] = 1;
  writeMac(bytes, at + FIXED_LEN + 2, gatewayMac);
  return bytes;
}

function isUnspecified(bytes: Uint8Array, at: number): boolean {
  return isIpv6AddrAt(bytes, at, Ipv6Addr.ANY);
}

/** ff02::1:ff00:0/104 (RFC 4291 §2.7.1). */
function isSolicitedNode(bytes: Uint8Array, at: number): boolean {
  return (
    rd32(bytes, at) === 0xff02_0000 &&
    rd32(bytes, at + 4) === 0 &&
    rd32(bytes, at + 8) === 1 &&
    rd8(bytes, at + 12) === 0xff
  );
}
