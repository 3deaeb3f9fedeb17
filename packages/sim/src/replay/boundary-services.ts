// Plays boundary services: brings frames of the outside to the port as the rack's switch would.

import type { IpAddr, IpCidr } from "opte-api";
import { flowCrc32, type FlowId, type FlowKey, type Packet } from "opte-core";
import type { ExternalIpCfg, IpFamilyCfg } from "oxide-vpc/api";
import { write16 } from "./internet-checksum.js";
import { type Destination, readdress } from "./readdress.js";
import type { ReplayConfig } from "./replay-config.js";

const ETHER_LEN = 14;
const IPV6_LEN = 40;
const UDP_LEN = 8;
const GENEVE_LEN = 8;
const EXTERNAL_OPTION_LEN = 4;
/** What stands in front of the guest's frame. */
const ENCAPSULATION_LEN = ETHER_LEN + IPV6_LEN + UDP_LEN + GENEVE_LEN + EXTERNAL_OPTION_LEN;

const ETHERTYPE_IPV6 = 0x86dd;
const ETHERNET_IN_TUNNEL = 0x6558;
const UDP = 17;
const HOP_LIMIT = 64;
const GENEVE_PORT = 6081;
/** Source ports of tunnels are ephemeral ones (RFC 8926 §3.3). */
const EPHEMERAL_PORTS = 0xc000;
const OXIDE_CLASS = 0x0129;
const EXTERNAL = 0;

/** Types of echo requests and replies by protocol: ICMP and ICMPv6. */
const ECHO_TYPES: ReadonlyMap<number, readonly number[]> = new Map([
  [1, [0, 8]],
  [58, [128, 129]],
]);

/** Makes of a captured frame what the outside would send, and what would come to the port of it. */
export class BoundaryServices {
  readonly #config: ReplayConfig;
  readonly #template: Uint8Array;

  constructor(config: ReplayConfig) {
    this.#config = config;
    this.#template = encapsulation(config);
  }

  /**
   * @param packet the captured frame
   * @param isParsed whether it could be parsed; if not, it is brought as it is
   * @param outside its flow as the outside knows it, if it answers the guest
   * @returns the encapsulated frame
   */
  bring(packet: Packet, isParsed: boolean, outside: FlowKey | undefined): Uint8Array {
    const to = isParsed && packet.ip >= 0 ? this.#destination(packet, outside) : undefined;
    const inner = to === undefined ? packet.frame.view() : readdress(packet, to);
    return this.#encapsulate(inner, isParsed ? sourcePort(outside ?? packet.flow) : EPHEMERAL_PORTS);
  }

  #destination(packet: Packet, outside: FlowKey | undefined): Destination | undefined {
    if (outside !== undefined) {
      const flow = outside.toFlowId();
      if (flow.kind === "ports") return { ip: flow.dst, portOrId: flow.dstPort };
      return isEcho(flow) ? { ip: flow.dst, portOrId: flow.id } : { ip: flow.dst };
    }
    const { dst } = packet.flow.toFlowId();
    const { ipv4, ipv6 } = this.#config.ipCfg;
    const ip = packet.ipVersion === 4 ? unaskedDestination(dst, ipv4) : unaskedDestination(dst, ipv6);
    return ip === undefined ? undefined : { ip };
  }

  #encapsulate(inner: Uint8Array, fromPort: number): Uint8Array {
    const { guestMac, boundaryServices } = this.#config;
    const bytes = new Uint8Array(ENCAPSULATION_LEN + inner.length);
    bytes.set(this.#template);
    const udpLen = ENCAPSULATION_LEN - ETHER_LEN - IPV6_LEN + inner.length;
    write16(bytes, ETHER_LEN + 4, udpLen);
    write16(bytes, ETHER_LEN + IPV6_LEN, fromPort);
    write16(bytes, ETHER_LEN + IPV6_LEN + 4, udpLen);
    bytes.set(inner, ENCAPSULATION_LEN);
    if (inner.length >= ETHER_LEN) {
      bytes.set(guestMac.bytes, ENCAPSULATION_LEN);
      bytes.set(boundaryServices.mac.bytes, ENCAPSULATION_LEN + 6);
    }
    return bytes;
  }
}

/** The headers in front of every frame, but for lengths and the UDP source port. Ethernet addresses are the link's business, and 0. */
function encapsulation({ physIp, boundaryServices: { ip, vni } }: ReplayConfig): Uint8Array {
  const bytes = new Uint8Array(ENCAPSULATION_LEN);
  write16(bytes, 12, ETHERTYPE_IPV6);
  let at = ETHER_LEN;
  bytes.set([0x60, 0, 0, 0, 0, 0, UDP, HOP_LIMIT], at);
  bytes.set(ip.bytes, at + 8);
  bytes.set(physIp.bytes, at + 24);
  at += IPV6_LEN;
  // The checksum stays 0, as tunnels over IPv6 may have it (RFC 6935).
  write16(bytes, at + 2, GENEVE_PORT);
  at += UDP_LEN;
  bytes[at] = EXTERNAL_OPTION_LEN / 4;
  write16(bytes, at + 2, ETHERNET_IN_TUNNEL);
  bytes.set([vni >>> 16, vni >>> 8, vni], at + 4);
  at += GENEVE_LEN;
  write16(bytes, at, OXIDE_CLASS);
  bytes[at + 2] = EXTERNAL;
  return bytes;
}

/**
 * Where the outside sends what answers nothing: it knows the guest by an address of its own, else by the shared one.
 *
 * @returns `undefined` where the frame's destination is not the private address, or there is no external one: it stays
 */
function unaskedDestination<Ip extends IpAddr, Cidr extends IpCidr>(
  dst: IpAddr,
  family: IpFamilyCfg<Ip, Cidr> | undefined,
): IpAddr | undefined {
  if (family?.privateIp.toString() !== dst.toString()) return undefined;
  const { ephemeralIp, floatingIps, snat }: ExternalIpCfg<Ip> = family.externalIps;
  return ephemeralIp ?? floatingIps[0] ?? snat?.externalIp;
}

/** Whether an ICMP flow has an identifier; in other messages something else stands in its place. */
function isEcho(flow: FlowId): flow is FlowId & { readonly kind: "icmp" } {
  return flow.kind === "icmp" && flow.code === 0 && ECHO_TYPES.get(flow.proto)?.includes(flow.type) === true;
}

/** Spreads flows over the underlay's paths. */
function sourcePort(flow: FlowKey): number {
  return EPHEMERAL_PORTS | (flowCrc32(flow) & 0x3fff);
}
