// Leases a guest its one IPv4 address by DHCP (RFC 2131, spec 03 §6).

import { type Direction, EtherType, IpProtocol, Ipv4Addr, Ipv4Cidr, MacAddr, OpteError } from "opte-api";
import { DONE, type Done, type GeneratorError, type HairpinGenerator, MALFORMED } from "../../action/action.js";
import { rd16, rd32, wr16, wr32 } from "../../packet/bytes.js";
import { DHCP4_FLAGS_AT, DHCP4_HEADER_LEN, DHCP4_XID_AT } from "../../packet/dhcp4-message.js";
import { MAX_FRAME_LEN, type Frame } from "../../packet/frame.js";
import type { Packet } from "../../packet/packet.js";
import type { DataPredicate } from "../../predicate/data-predicate.js";
import type { Predicate } from "../../predicate/predicate.js";
import type { DhcpConfig } from "../dhcp-config.js";
import { ETHER_LEN, IPV4_LEN, UDP_LEN, writeEther, writeIpv4, writeIpv4Addr, writeMac } from "../headers.js";
import {
  Dhcp4Option,
  encodeAddressOption,
  encodeClasslessRoutes,
  encodeDhcp4Option,
  encodeNames,
  encodeNameServers,
} from "./options.js";

/** Who gets what from whom. */
export interface Dhcp4ServerConfig {
  readonly guestMac: MacAddr;
  /** The address to lease. */
  readonly guestIp: Ipv4Addr;
  readonly gatewayMac: MacAddr;
  /** The server's address, and the guest's default router. */
  readonly gatewayIp: Ipv4Addr;
  readonly dhcp: DhcpConfig;
  /**
   * The subnet whose hosts the guest reaches on its link, the gateway among them. Absent, as in a VPC: the guest has no neighbours, its
   * netmask has 32 bits, and it reaches everybody through the gateway.
   */
  readonly subnet?: Ipv4Cidr;
  /** What to answer: a Discover with an offer, or a Request with an acknowledgement. */
  readonly answer: "offer" | "ack";
}

export const DHCP4_SERVER_PORT = 67;
export const DHCP4_CLIENT_PORT = 68;

/** Message types (RFC 2132 §9.6). */
export const Dhcp4MessageType = { Discover: 1, Offer: 2, Request: 3, Ack: 5 } as const;

const LEASE_SECS = 86_400;

/** Offsets in a message (RFC 2131 §2). */
const YOUR_ADDRESS = 16;
const SERVER_ADDRESS = 20;
const HARDWARE_ADDRESS = 28;
const COOKIE = 236;

const MAGIC_COOKIE = 0x6382_5363;
const BOOT_REPLY = 2;
const HARDWARE_ETHERNET = 1;
const HARDWARE_LEN = 6;
/** The client cannot yet receive unicast (RFC 2131 §4.1). */
const BROADCAST_FLAG = 0x8000;

const MESSAGE_AT = ETHER_LEN + IPV4_LEN + UDP_LEN;

/**
 * A DHCPv4 server that answers one type of message of one guest, always with the same lease. *Malformed* is a message shorter than a
 * DHCP message's fixed part.
 */
export class Dhcp4Server implements HairpinGenerator {
  readonly text: string;
  readonly implicitPredicates: readonly Predicate[];
  readonly implicitDataPredicates: readonly DataPredicate[];
  /** The whole answers but for their transaction ids. */
  readonly #toGuest: Uint8Array;
  readonly #toAll: Uint8Array;

  /** @throws OpteError `PortCreate` if the options of `config.dhcp` do not fit in an IPv4 packet. */
  constructor(config: Dhcp4ServerConfig) {
    const { guestMac, guestIp, answer } = config;
    this.text = `DHCPv4 ${answer === "offer" ? "OFFER" : "ACK"}: ${guestIp.toString()}`;
    this.implicitPredicates = [
      { kind: "etherDst", values: [MacAddr.BROADCAST] },
      { kind: "etherSrc", values: [guestMac] },
      { kind: "ipv4Src", values: [Ipv4Addr.ANY] },
      { kind: "ipv4Dst", values: [Ipv4Addr.BROADCAST] },
      { kind: "ipProtocol", values: [IpProtocol.Udp] },
      { kind: "dstPort", values: [DHCP4_SERVER_PORT] },
      { kind: "srcPort", values: [DHCP4_CLIENT_PORT] },
    ];
    const answered = answer === "offer" ? Dhcp4MessageType.Discover : Dhcp4MessageType.Request;
    this.implicitDataPredicates = [{ kind: "dhcpMessageType", values: [answered] }];
    const options = encodeOptions(config);
    this.#toGuest = answerFrame(config, guestMac, guestIp, options);
    this.#toAll = answerFrame(config, MacAddr.BROADCAST, Ipv4Addr.BROADCAST, options);
  }

  reply(_dir: Direction, packet: Packet, reply: Frame): Done | GeneratorError {
    const { bytes, end } = packet.frame;
    const request = packet.body;
    if (packet.ulp < 0 || end - request < DHCP4_HEADER_LEN) return MALFORMED;
    const isBroadcast = (rd16(bytes, request + DHCP4_FLAGS_AT) & BROADCAST_FLAG) !== 0;
    const template = isBroadcast ? this.#toAll : this.#toGuest;
    reply.reset(template.length);
    reply.bytes.set(template, reply.start);
    wr32(reply.bytes, reply.start + MESSAGE_AT + DHCP4_XID_AT, rd32(bytes, request + DHCP4_XID_AT));
    return DONE;
  }
}

function encodeOptions({ gatewayIp, dhcp, subnet, answer }: Dhcp4ServerConfig): number[] {
  const type = answer === "offer" ? Dhcp4MessageType.Offer : Dhcp4MessageType.Ack;
  return [
    ...encodeDhcp4Option(Dhcp4Option.MessageType, [type]),
    ...encodeAddressOption(Dhcp4Option.ServerIdentifier, [gatewayIp]),
    ...(subnet === undefined ? withoutNeighbours(gatewayIp) : onSubnet(gatewayIp, subnet)),
    ...encodeAddressOption(Dhcp4Option.LeaseTime, [Ipv4Addr.fromNumber(LEASE_SECS)]),
    ...encodeNameServers(dhcp),
    ...(subnet === undefined ? routesByGateway(gatewayIp) : []),
    ...encodeNames(dhcp),
    Dhcp4Option.End,
  ];
}

/** In the reference's order (spec 03 §6.2), in which RFC 2132 §3.3 would not have them. */
function withoutNeighbours(gatewayIp: Ipv4Addr): number[] {
  return [
    ...encodeAddressOption(Dhcp4Option.Router, [gatewayIp]),
    ...encodeAddressOption(Dhcp4Option.SubnetMask, [Ipv4Addr.BROADCAST]),
  ];
}

function onSubnet(gatewayIp: Ipv4Addr, { netmask }: Ipv4Cidr): number[] {
  return [
    ...encodeAddressOption(Dhcp4Option.SubnetMask, [netmask]),
    ...encodeAddressOption(Dhcp4Option.Router, [gatewayIp]),
  ];
}

/** The gateway is on the link by the first route, and the way to all others by the second. */
function routesByGateway(gatewayIp: Ipv4Addr): number[] {
  return encodeClasslessRoutes([
    { subnet: new Ipv4Cidr(gatewayIp, 32), router: Ipv4Addr.ANY },
    { subnet: new Ipv4Cidr(Ipv4Addr.ANY, 0), router: gatewayIp },
  ]);
}

function answerFrame(
  config: Dhcp4ServerConfig,
  dstMac: MacAddr,
  dst: Ipv4Addr,
  options: readonly number[],
): Uint8Array {
  const { guestMac, guestIp, gatewayMac, gatewayIp } = config;
  const length = MESSAGE_AT + DHCP4_HEADER_LEN + options.length;
  if (length > MAX_FRAME_LEN) {
    const msg = `DHCPv4 options of ${options.length} bytes do not fit in an IPv4 packet`;
    throw new OpteError({ kind: "PortCreate", msg });
  }
  const bytes = new Uint8Array(length);
  const payloadLen = length - ETHER_LEN - IPV4_LEN;
  writeEther(bytes, 0, dstMac, gatewayMac, EtherType.Ipv4);
  writeIpv4(bytes, ETHER_LEN, { src: gatewayIp, dst, protocol: IpProtocol.Udp, payloadLen });
  const udp = ETHER_LEN + IPV4_LEN;
  wr16(bytes, udp, DHCP4_SERVER_PORT);
  wr16(bytes, udp + 2, DHCP4_CLIENT_PORT);
  wr16(bytes, udp + 4, payloadLen); // No checksum, which RFC 768 allows over IPv4
  bytes[MESSAGE_AT] = BOOT_REPLY;
  bytes[MESSAGE_AT + 1] = HARDWARE_ETHERNET;
  bytes[MESSAGE_AT + 2] = HARDWARE_LEN;
  writeIpv4Addr(bytes, MESSAGE_AT + YOUR_ADDRESS, guestIp);
  writeIpv4Addr(bytes, MESSAGE_AT + SERVER_ADDRESS, gatewayIp);
  writeMac(bytes, MESSAGE_AT + HARDWARE_ADDRESS, guestMac);
  wr32(bytes, MESSAGE_AT + COOKIE, MAGIC_COOKIE);
  bytes.set(options, MESSAGE_AT + DHCP4_HEADER_LEN);
  return bytes;
}
