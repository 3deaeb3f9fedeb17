// Answers a guest that pings its IPv4 gateway (RFC 792, spec 03 §4).

import { type Direction, EtherType, IpProtocol, type Ipv4Addr, type MacAddr } from "opte-api";
import type { Done, GeneratorError, HairpinGenerator } from "../action/action.js";
import type { Frame } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";
import type { Predicate } from "../predicate/predicate.js";
import { echoReply, type EchoTypes } from "./echo.js";
import { ETHER_LEN, IPV4_LEN, setIpv4PayloadLen, writeEther, writeIpv4 } from "./headers.js";

/** Who pings whom. */
export interface IcmpEchoConfig {
  readonly guestMac: MacAddr;
  readonly guestIp: Ipv4Addr;
  readonly gatewayMac: MacAddr;
  readonly gatewayIp: Ipv4Addr;
}

const ECHO: EchoTypes = { protocol: IpProtocol.Icmp, request: 8, reply: 0 };
const HEADERS_LEN = ETHER_LEN + IPV4_LEN;

/** The gateway's answer to an ICMP echo request; *malformed* for a request with another code than 0. */
export class IcmpEchoReply implements HairpinGenerator {
  readonly text: string;
  readonly implicitPredicates: readonly Predicate[];
  readonly #headers: Uint8Array = new Uint8Array(HEADERS_LEN);

  constructor({ guestMac, guestIp, gatewayMac, gatewayIp }: IcmpEchoConfig) {
    const from = `${gatewayMac.toString()},${gatewayIp.toString()}`;
    this.text = `ICMPv4 Echo Reply (${from}) => (${guestMac.toString()},${guestIp.toString()})`;
    this.implicitPredicates = [
      { kind: "etherSrc", values: [guestMac] },
      { kind: "etherDst", values: [gatewayMac] },
      { kind: "ipv4Src", values: [guestIp] },
      { kind: "ipv4Dst", values: [gatewayIp] },
      { kind: "ipProtocol", values: [IpProtocol.Icmp] },
      { kind: "icmpType", values: [ECHO.request] },
    ];
    writeEther(this.#headers, 0, guestMac, gatewayMac, EtherType.Ipv4);
    writeIpv4(this.#headers, ETHER_LEN, { src: gatewayIp, dst: guestIp, protocol: IpProtocol.Icmp, payloadLen: 0 });
  }

  reply(_dir: Direction, packet: Packet, reply: Frame): Done | GeneratorError {
    return echoReply(packet, ECHO, reply, this.#headers, setIpv4PayloadLen);
  }
}
