// Answers a guest that looks for a router (RFC 4861 §6.2.6, spec 03 §5.1).

import { type Direction, EtherType, IpProtocol, Ipv6Addr, Ipv6Cidr, type MacAddr } from "opte-api";
import { DONE, type Done, type GeneratorError, type HairpinGenerator, MALFORMED } from "../../action/action.js";
import { wr16, wr32 } from "../../packet/bytes.js";
import type { Frame } from "../../packet/frame.js";
import type { Packet } from "../../packet/packet.js";
import type { Predicate } from "../../predicate/predicate.js";
import { addressToSource, ETHER_LEN, IPV6_LEN, writeEther, writeIpv6, writeMac } from "../headers.js";
import { isValidNdp, NDP_HOP_LIMIT, NDP_OPTION_UNIT, NdpOption, NdpType, sealNdp } from "./message.js";

/** Who asks, and what the gateway advertises. */
export interface RouterAdvertisementConfig {
  readonly guestMac: MacAddr;
  readonly gatewayMac: MacAddr;
  /** Link MTU in bytes. */
  readonly mtu: number;
}

const SOLICITATION_LEN = 8;
const ADVERTISEMENT_LEN = 16;
const MESSAGE_LEN = ADVERTISEMENT_LEN + 2 * NDP_OPTION_UNIT;

const CUR_HOP_LIMIT = 255;
/** M flag: addresses come from DHCPv6 (RFC 4861 §4.2). */
const MANAGED = 0x80;
/** The longest router lifetime that RFC 4861 §6.2.1 allows. */
const ROUTER_LIFETIME_SECS = 9000;

/** The gateway's answer to a router solicitation; *malformed* for one that RFC 4861 §6.1.1 tells a router to discard. */
export class RouterAdvertisement implements HairpinGenerator {
  readonly text: string;
  readonly implicitPredicates: readonly Predicate[];
  /** The whole answer but for its destination and checksum. */
  readonly #template: Uint8Array;

  constructor({ guestMac, gatewayMac, mtu }: RouterAdvertisementConfig) {
    const gatewayIp = Ipv6Addr.fromEui64(gatewayMac);
    this.text = `NDP RA IPv6=${gatewayIp.toString()} MAC=${gatewayMac.toString()}`;
    this.implicitPredicates = [
      { kind: "etherSrc", values: [guestMac] },
      { kind: "etherDst", values: [Ipv6Addr.ALL_ROUTERS.multicastMac()] },
      { kind: "ipv6Src", values: [Ipv6Cidr.LINK_LOCAL] },
      { kind: "ipv6Dst", values: [Ipv6Addr.ALL_ROUTERS] },
      { kind: "ipProtocol", values: [IpProtocol.Icmpv6] },
      { kind: "icmpv6Type", values: [NdpType.RouterSolicitation] },
    ];
    this.#template = advertisement(guestMac, gatewayMac, gatewayIp, mtu);
  }

  reply(_dir: Direction, packet: Packet, reply: Frame): Done | GeneratorError {
    if (!isValidNdp(packet, NdpType.RouterSolicitation, SOLICITATION_LEN)) return MALFORMED;
    reply.reset(this.#template.length);
    reply.bytes.set(this.#template, reply.start);
    addressToSource(packet, reply);
    sealNdp(reply);
    return DONE;
  }
}

function advertisement(guestMac: MacAddr, gatewayMac: MacAddr, gatewayIp: Ipv6Addr, mtu: number): Uint8Array {
  const bytes = new Uint8Array(ETHER_LEN + IPV6_LEN + MESSAGE_LEN);
  writeEther(bytes, 0, guestMac, gatewayMac, EtherType.Ipv6);
  writeIpv6(bytes, ETHER_LEN, {
    src: gatewayIp,
    dst: Ipv6Addr.ANY,
    nextHeader: IpProtocol.Icmpv6,
    payloadLen: MESSAGE_LEN,
    hopLimit: NDP_HOP_LIMIT,
  });
  const at = ETHER_LEN + IPV6_LEN;
  bytes[at] = NdpType.RouterAdvertisement;
  bytes[at + 4] = CUR_HOP_LIMIT;
  bytes[at + 5] = MANAGED;
  wr16(bytes, at + 6, ROUTER_LIFETIME_SECS); // Reachable time and retransmission timer stay zero: unspecified
  const sourceOption = at + ADVERTISEMENT_LEN;
  bytes[sourceOption] = NdpOption.SourceLinkLayerAddress;
  bytes[sourceOption + 1] = 1;
  writeMac(bytes, sourceOption + 2, gatewayMac);
  const mtuOption = sourceOption + NDP_OPTION_UNIT;
  bytes[mtuOption] = NdpOption.Mtu;
  bytes[mtuOption + 1] = 1;
  wr32(bytes, mtuOption + 4, mtu);
  return bytes;
}
