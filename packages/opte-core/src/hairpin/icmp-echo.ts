// Answers a guest that pings its IPv4 gateway (RFC 792, spec 03 §4).

import { type Direction, EtherType, IpProtocol, Ipv4Addr, MacAddr } from "opte-api";
import type { Done, GeneratorError, HairpinGenerator } from "../action/action.js";
import type { Frame } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";
import type { Predicate } from "../predicate/predicate.js";
import { echoReply, type EchoTypes } from "./echo.js";
import { ETHER_LEN, IPV4_LEN, setIpv4PayloadLen, writeEther, writeIpv4 } from "./headers.js";

/** Who pings whom. Without the guest's addresses whoever asks is answered. */
export interface IcmpEchoConfig {
  readonly guestMac?: MacAddr;
  readonly guestIp?: Ipv4Addr;
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
  readonly #config: IcmpEchoConfig;

  constructor(config: IcmpEchoConfig) {
    const { guestMac, guestIp, gatewayMac, gatewayIp } = config;
    this.#config = config;
    const from = `${gatewayMac.toString()},${gatewayIp.toString()}`;
    this.text = `ICMPv4 Echo Reply (${from}) => (${guestMac?.toString() ?? "*"},${guestIp?.toString() ?? "*"})`;
    this.implicitPredicates = [
      ...(guestMac === undefined ? [] : [{ kind: "etherSrc", values: [guestMac] } as const]),
      { kind: "etherDst", values: [gatewayMac] },
      ...(guestIp === undefined ? [] : [{ kind: "ipv4Src", values: [guestIp] } as const]),
      { kind: "ipv4Dst", values: [gatewayIp] },
      { kind: "ipProtocol", values: [IpProtocol.Icmp] },
      { kind: "icmpType", values: [ECHO.request] },
    ];
    writeEther(this.#headers, 0, guestMac ?? MacAddr.ZERO, gatewayMac, EtherType.Ipv4);
    const dst = guestIp ?? Ipv4Addr.ANY;
    writeIpv4(this.#headers, ETHER_LEN, { src: gatewayIp, dst, protocol: IpProtocol.Icmp, payloadLen: 0 });
  }

  reply(_dir: Direction, packet: Packet, reply: Frame): Done | GeneratorError {
    if (this.#config.guestMac === undefined) {
      this.#headers.set(packet.frame.bytes.subarray(packet.ether + 6, packet.ether + ETHER_LEN - 2));
    }
    if (this.#config.guestIp === undefined && packet.ipVersion === 4) {
      this.#headers.set(packet.frame.bytes.subarray(packet.ip + 12, packet.ip + 16), ETHER_LEN + 16);
    }
    return echoReply(packet, ECHO, reply, this.#headers, setIpv4PayloadLen);
  }
}
