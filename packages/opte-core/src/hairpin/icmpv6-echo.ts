// Answers a guest that pings the link-local address of its gateway (RFC 4443 §4, spec 03 §4).

import { type Direction, EtherType, IpProtocol, Ipv6Addr, type MacAddr } from "opte-api";
import type { Done, GeneratorError, HairpinGenerator } from "../action/action.js";
import type { Frame } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";
import type { Predicate } from "../predicate/predicate.js";
import { echoReply, type EchoTypes } from "./echo.js";
import { ETHER_LEN, IPV6_LEN, setIpv6PayloadLen, writeEther, writeIpv6 } from "./headers.js";

/** Who pings; the gateway answers at the EUI-64 link-local address of its MAC. */
export interface Icmpv6EchoConfig {
  readonly guestMac: MacAddr;
  readonly guestIp: Ipv6Addr;
  readonly gatewayMac: MacAddr;
}

const ECHO: EchoTypes = { protocol: IpProtocol.Icmpv6, request: 128, reply: 129 };
const HEADERS_LEN = ETHER_LEN + IPV6_LEN;

/** The gateway's answer to an ICMPv6 echo request; *malformed* for a request with another code than 0. */
export class Icmpv6EchoReply implements HairpinGenerator {
  readonly text: string;
  readonly implicitPredicates: readonly Predicate[];
  readonly #headers: Uint8Array = new Uint8Array(HEADERS_LEN);

  constructor({ guestMac, guestIp, gatewayMac }: Icmpv6EchoConfig) {
    const gatewayIp = Ipv6Addr.fromEui64(gatewayMac);
    const from = `${gatewayMac.toString()},${gatewayIp.toString()}`;
    this.text = `ICMPv6 Echo Reply (${from}) => (${guestMac.toString()},${guestIp.toString()})`;
    this.implicitPredicates = [
      { kind: "etherSrc", values: [guestMac] },
      { kind: "etherDst", values: [gatewayMac] },
      { kind: "ipv6Src", values: [guestIp] },
      { kind: "ipv6Dst", values: [gatewayIp] },
      { kind: "ipProtocol", values: [IpProtocol.Icmpv6] },
      { kind: "icmpv6Type", values: [ECHO.request] },
    ];
    writeEther(this.#headers, 0, guestMac, gatewayMac, EtherType.Ipv6);
    writeIpv6(this.#headers, ETHER_LEN, { src: gatewayIp, dst: guestIp, nextHeader: IpProtocol.Icmpv6, payloadLen: 0 });
  }

  reply(_dir: Direction, packet: Packet, reply: Frame): Done | GeneratorError {
    return echoReply(packet, ECHO, reply, this.#headers, setIpv6PayloadLen);
  }
}
