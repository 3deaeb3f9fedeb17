// Leases a guest its one IPv6 address by DHCPv6 (RFC 8415 §18.3, spec 03 §7).

import { type Direction, EtherType, IpProtocol, Ipv6Addr, Ipv6Cidr, type MacAddr, OpteError } from "opte-api";
import {
  DONE,
  type Done,
  type GeneratorError,
  type HairpinGenerator,
  type Refusal,
  REFUSAL,
} from "../../action/action.js";
import { rd16, rd32, rd8, wr16, wr32 } from "../../packet/bytes.js";
import { MAX_FRAME_LEN, type Frame } from "../../packet/frame.js";
import type { Packet } from "../../packet/packet.js";
import type { Predicate } from "../../predicate/predicate.js";
import type { DhcpConfig } from "../dhcp-config.js";
import {
  addressToSource,
  ETHER_LEN,
  IPV6_LEN,
  ipv6Checksum,
  isIpv6AddrAt,
  setIpv6PayloadLen,
  UDP_LEN,
  writeEther,
  writeIpv6,
} from "../headers.js";
import {
  DHCP6_CLIENT_PORT,
  DHCP6_HEADER_LEN,
  DHCP6_SERVER_PORT,
  Dhcp6MessageType,
  Dhcp6Option,
  Dhcp6Status,
} from "./message.js";
import {
  areDhcp6OptionsValid,
  DHCP6_OPTION_HEADER_LEN,
  dhcp6OptionLen,
  duidFromMac,
  encodeClientFqdn,
  encodeDhcp6Option,
  encodeDnsServers,
  encodeDomainList,
  encodeIaNa,
  encodeStatus,
  findDhcp6Option,
  IA_NA_OPTIONS,
  isDhcp6OptionRequested,
  nextDhcp6Option,
} from "./options.js";

/** Who gets what; the server is known by the EUI-64 link-local address of the gateway's MAC. */
export interface Dhcp6ServerConfig {
  readonly guestMac: MacAddr;
  /** The address to lease. */
  readonly guestIp: Ipv6Addr;
  readonly gatewayMac: MacAddr;
  readonly dhcp: DhcpConfig;
}

/** All_DHCP_Relay_Agents_and_Servers, All_DHCP_Servers (RFC 8415 §7.1). */
const ALL_AGENTS = Ipv6Addr.parse("ff02::1:2");
const ALL_SERVERS = Ipv6Addr.parse("ff05::1:3");

const UDP_AT = ETHER_LEN + IPV6_LEN;
const MESSAGE_AT = UDP_AT + UDP_LEN;
const OPTIONS_AT = MESSAGE_AT + DHCP6_HEADER_LEN;

const RAPID_COMMIT = encodeDhcp6Option(Dhcp6Option.RapidCommit, []);
const ON_LINK = encodeStatus(Dhcp6Status.Success, "");
const NOT_ON_LINK = encodeStatus(Dhcp6Status.NotOnLink, "Address(es) not on link");

const TOO_LONG: GeneratorError = { kind: "unexpected", message: "DHCPv6 reply does not fit in a frame" };

/**
 * A DHCPv6 server that answers Solicit, Request and Confirm messages of one guest, always with the same lease. Refuses malformed messages
 * and those that RFC 8415 §16 tells a server to discard; and, as the reference, all other types.
 */
export class Dhcp6Server implements HairpinGenerator {
  readonly text: string;
  readonly implicitPredicates: readonly Predicate[];
  readonly #guestIp: Ipv6Addr;
  /** All up to the server id, but for destination, lengths, checksum, message type and transaction id. */
  readonly #head: Uint8Array;
  /** Whole options. */
  readonly #serverId: Uint8Array;
  readonly #dnsServers: Uint8Array;
  readonly #iaNa: Uint8Array;
  readonly #domainList: Uint8Array | undefined;
  readonly #clientFqdn: Uint8Array | undefined;
  /** Length of the longest reply to a client with an empty id. */
  readonly #maxLen: number;

  /** @throws OpteError `PortCreate` if the options of `config.dhcp` do not fit in a frame. */
  constructor({ guestMac, guestIp, gatewayMac, dhcp }: Dhcp6ServerConfig) {
    this.text = `DHCPv6 IA Addrs: [${guestIp.toString()}]`;
    this.implicitPredicates = [
      { kind: "etherSrc", values: [guestMac] },
      { kind: "ipv6Src", values: [Ipv6Cidr.LINK_LOCAL] },
      { kind: "ipv6Dst", values: [ALL_AGENTS, ALL_SERVERS] },
      { kind: "ipProtocol", values: [IpProtocol.Udp] },
      { kind: "srcPort", values: [DHCP6_CLIENT_PORT] },
      { kind: "dstPort", values: [DHCP6_SERVER_PORT] },
    ];
    const { hostname, hostDomain, domainSearchList, dns6Servers } = dhcp;
    this.#guestIp = guestIp;
    this.#serverId = encodeDhcp6Option(Dhcp6Option.ServerId, duidFromMac(gatewayMac));
    this.#dnsServers = encodeDnsServers(dns6Servers);
    this.#iaNa = encodeIaNa(guestIp);
    this.#domainList = domainSearchList.length === 0 ? undefined : encodeDomainList(domainSearchList);
    this.#clientFqdn = hostname === undefined ? undefined : encodeClientFqdn(hostname, hostDomain);
    this.#head = replyHead(guestMac, gatewayMac, this.#serverId);
    this.#maxLen =
      this.#head.length +
      DHCP6_OPTION_HEADER_LEN +
      this.#dnsServers.length +
      this.#iaNa.length +
      (this.#domainList?.length ?? 0) +
      (this.#clientFqdn?.length ?? 0) +
      NOT_ON_LINK.length;
    if (this.#maxLen > MAX_FRAME_LEN) {
      const msg = `DHCPv6 options of ${this.#maxLen} bytes do not fit in a frame`;
      throw new OpteError({ kind: "PortCreate", msg });
    }
  }

  reply(_dir: Direction, packet: Packet, reply: Frame): Done | Refusal | GeneratorError {
    const { bytes, end } = packet.frame;
    const options = packet.body + DHCP6_HEADER_LEN;
    if (packet.ipVersion !== 6 || packet.ulp < 0 || options >= end) return REFUSAL;
    if (!areDhcp6OptionsValid(bytes, options, end)) return REFUSAL;

    const clientId = findDhcp6Option(bytes, options, end, Dhcp6Option.ClientId);
    const serverId = findDhcp6Option(bytes, options, end, Dhcp6Option.ServerId);
    if (clientId < 0 || findDhcp6Option(bytes, options, end, Dhcp6Option.ElapsedTime) < 0) return REFUSAL;
    switch (rd8(bytes, packet.body)) {
      case Dhcp6MessageType.Solicit:
        if (serverId >= 0) return REFUSAL;
        return this.#offer(packet, clientId, reply);
      case Dhcp6MessageType.Request:
        if (serverId < 0 || !isOptionAt(bytes, serverId, this.#serverId)) return REFUSAL;
        return this.#lease(packet, clientId, reply, Dhcp6MessageType.Reply, false);
      case Dhcp6MessageType.Confirm:
        if (serverId >= 0) return REFUSAL;
        return this.#confirm(packet, clientId, reply);
      default:
        return REFUSAL;
    }
  }

  #offer(packet: Packet, clientId: number, reply: Frame): Done | GeneratorError {
    const { bytes, end } = packet.frame;
    const options = packet.body + DHCP6_HEADER_LEN;
    const requested = findDhcp6Option(bytes, options, end, Dhcp6Option.OptionRequest);
    const isRapid =
      findDhcp6Option(bytes, options, end, Dhcp6Option.RapidCommit) >= 0 ||
      isDhcp6OptionRequested(bytes, requested, Dhcp6Option.RapidCommit);
    const type = isRapid ? Dhcp6MessageType.Reply : Dhcp6MessageType.Advertise;
    return this.#lease(packet, clientId, reply, type, isRapid);
  }

  /** Answers with the lease and whatever else the client would like to know. */
  #lease(packet: Packet, clientId: number, reply: Frame, type: number, isRapid: boolean): Done | GeneratorError {
    const { bytes, end } = packet.frame;
    const options = packet.body + DHCP6_HEADER_LEN;
    const requested = findDhcp6Option(bytes, options, end, Dhcp6Option.OptionRequest);
    this.#begin(packet, clientId, reply, type);
    if (isDhcp6OptionRequested(bytes, requested, Dhcp6Option.DnsServers)) append(reply, this.#dnsServers);
    const iaNa = findDhcp6Option(bytes, options, end, Dhcp6Option.IaNa);
    if (iaNa >= 0) {
      const iaid = reply.end + DHCP6_OPTION_HEADER_LEN;
      append(reply, this.#iaNa);
      wr32(reply.bytes, iaid, rd32(bytes, iaNa + DHCP6_OPTION_HEADER_LEN));
    }
    const isWanted = (code: number): boolean =>
      isDhcp6OptionRequested(bytes, requested, code) || findDhcp6Option(bytes, options, end, code) >= 0;
    if (this.#domainList !== undefined && isWanted(Dhcp6Option.DomainList)) append(reply, this.#domainList);
    if (this.#clientFqdn !== undefined && isWanted(Dhcp6Option.ClientFqdn)) append(reply, this.#clientFqdn);
    if (isRapid) append(reply, RAPID_COMMIT);
    return finish(reply);
  }

  /**
   * Says whether the client's addresses belong to this link. As the reference does, looks for them in an IA_NA *within* the IA_NA, so
   * that a client which sends them as RFC 8415 §18.2.3 says is refused.
   */
  #confirm(packet: Packet, clientId: number, reply: Frame): Done | Refusal | GeneratorError {
    const { bytes, end } = packet.frame;
    const iaNa = findDhcp6Option(bytes, packet.body + DHCP6_HEADER_LEN, end, Dhcp6Option.IaNa);
    const leased = iaNa < 0 ? undefined : this.#areNestedAddressesLeased(bytes, iaNa);
    if (leased === undefined) return REFUSAL;
    this.#begin(packet, clientId, reply, Dhcp6MessageType.Reply);
    append(reply, leased ? ON_LINK : NOT_ON_LINK);
    return finish(reply);
  }

  /** `undefined` if there is no address. */
  #areNestedAddressesLeased(bytes: Uint8Array, outer: number): boolean | undefined {
    let leased: boolean | undefined;
    const outerEnd = nextDhcp6Option(bytes, outer);
    for (let iaNa = outer + IA_NA_OPTIONS; iaNa < outerEnd; iaNa = nextDhcp6Option(bytes, iaNa)) {
      if (rd16(bytes, iaNa) !== Dhcp6Option.IaNa) continue;
      const end = nextDhcp6Option(bytes, iaNa);
      for (let at = iaNa + IA_NA_OPTIONS; at < end; at = nextDhcp6Option(bytes, at)) {
        if (rd16(bytes, at) !== Dhcp6Option.IaAddress) continue;
        leased = leased !== false && isIpv6AddrAt(bytes, at + DHCP6_OPTION_HEADER_LEN, this.#guestIp);
      }
    }
    return leased;
  }

  /** Starts a reply: headers, server id, client id. */
  #begin(packet: Packet, clientId: number, reply: Frame, type: number): void {
    const { bytes } = packet.frame;
    reply.reset(this.#maxLen + dhcp6OptionLen(bytes, clientId));
    reply.end = reply.start;
    append(reply, this.#head);
    addressToSource(packet, reply);
    const message = reply.start + MESSAGE_AT;
    wr32(reply.bytes, message, rd32(bytes, packet.body));
    reply.bytes[message] = type;
    append(reply, bytes.subarray(clientId, nextDhcp6Option(bytes, clientId)));
  }
}

function replyHead(guestMac: MacAddr, gatewayMac: MacAddr, serverId: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(OPTIONS_AT + serverId.length);
  writeEther(bytes, 0, guestMac, gatewayMac, EtherType.Ipv6);
  const src = Ipv6Addr.fromEui64(gatewayMac);
  writeIpv6(bytes, ETHER_LEN, { src, dst: Ipv6Addr.ANY, nextHeader: IpProtocol.Udp, payloadLen: 0 });
  wr16(bytes, UDP_AT, DHCP6_SERVER_PORT);
  wr16(bytes, UDP_AT + 2, DHCP6_CLIENT_PORT);
  bytes.set(serverId, OPTIONS_AT);
  return bytes;
}

/** Adds bytes to a reply that has room for them. */
function append(reply: Frame, bytes: Uint8Array): void {
  reply.bytes.set(bytes, reply.end);
  reply.end += bytes.length;
}

/** Fills in what depends on the length of the reply. */
function finish(reply: Frame): Done | GeneratorError {
  if (reply.length > MAX_FRAME_LEN) return TOO_LONG;
  const ip = reply.start + ETHER_LEN;
  const udp = reply.start + UDP_AT;
  const udpLen = reply.end - udp;
  setIpv6PayloadLen(reply.bytes, ip, udpLen);
  wr16(reply.bytes, udp + 4, udpLen);
  wr16(reply.bytes, udp + 6, ipv6Checksum(reply.bytes, ip, IpProtocol.Udp, udp, reply.end));
  return DONE;
}

/** Whether the bytes of the whole option at `at` are those of `option`. */
function isOptionAt(bytes: Uint8Array, at: number, option: Uint8Array): boolean {
  return (
    dhcp6OptionLen(bytes, at) === option.length - DHCP6_OPTION_HEADER_LEN &&
    option.every((byte, i) => rd8(bytes, at + i) === byte)
  );
}
