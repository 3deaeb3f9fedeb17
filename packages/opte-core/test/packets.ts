// Packets for tests, put together by hand with the offsets that a parser would find: tests of rules and actions need no parser.

import { EtherType, IpProtocol, Ipv4Addr, type IpAddr, MacAddr } from "opte-api";
import { Frame } from "../src/packet/frame.js";
import { Packet } from "../src/packet/packet.js";

/** What a packet is made from; each member has a default. */
export interface PacketSpec {
  readonly etherDst?: MacAddr;
  readonly etherSrc?: MacAddr;
  readonly src?: IpAddr;
  readonly dst?: IpAddr;
  readonly proto?: number;
  /** Source and destination port of TCP and UDP. */
  readonly ports?: readonly [number, number];
  /** Type, code, and identifier of ICMP and ICMPv6. */
  readonly icmp?: readonly [number, number, number];
  readonly body?: Uint8Array;
}

export const GUEST_MAC: MacAddr = MacAddr.parse("a8:40:25:fa:fa:37");
export const GATEWAY_MAC: MacAddr = MacAddr.parse("a8:40:25:ff:77:77");

const ETHER_LEN = 14;
const ULP_LENS: ReadonlyMap<number, number> = new Map([
  [IpProtocol.Tcp, 20],
  [IpProtocol.Udp, 8],
  [IpProtocol.Icmp, 8],
  [IpProtocol.Icmpv6, 8],
]);

/** A packet with an IP header of the family of `spec.src`, and an upper-layer header. Checksums are zero. */
export function makePacket(spec: PacketSpec = {}): Packet {
  const src = spec.src ?? Ipv4Addr.parse("10.0.0.5");
  const dst = spec.dst ?? Ipv4Addr.parse("10.0.0.6");
  const proto = spec.proto ?? IpProtocol.Tcp;
  const body = spec.body ?? new Uint8Array(0);
  const ipLen = src.family === 4 ? 20 : 40;
  const ulpLen = ULP_LENS.get(proto) ?? 0;
  const packet = etherPacket(spec, src.family === 4 ? EtherType.Ipv4 : EtherType.Ipv6, ipLen + ulpLen + body.length);
  const { bytes, start } = packet.frame;
  const view = new DataView(bytes.buffer);
  const ip = start + ETHER_LEN;
  const ulp = ip + ipLen;
  if (src.family === 4) {
    view.setUint8(ip, 0x45);
    view.setUint16(ip + 2, ipLen + ulpLen + body.length);
    view.setUint8(ip + 8, 64);
  } else {
    view.setUint8(ip, 0x60);
    view.setUint16(ip + 4, ulpLen + body.length);
    view.setUint8(ip + 7, 64);
  }
  packet.ip = ip;
  packet.ipVersion = src.family;
  packet.ipLen = ipLen;
  packet.proto = proto;
  packet.protoAt = ip + (src.family === 4 ? 9 : 6);
  packet.ulp = ulp;
  packet.ulpLen = ulpLen;
  packet.body = ulp + ulpLen;
  view.setUint8(packet.protoAt, proto);
  bytes.set(src.bytes, ip + (src.family === 4 ? 12 : 8));
  bytes.set(dst.bytes, ip + (src.family === 4 ? 16 : 24));
  bytes.set(body, packet.body);
  if (proto === IpProtocol.Tcp || proto === IpProtocol.Udp) {
    const [srcPort, dstPort] = spec.ports ?? [1025, 80];
    view.setUint16(ulp, srcPort);
    view.setUint16(ulp + 2, dstPort);
    packet.flow.setFlowId({ proto, src, dst, kind: "ports", srcPort, dstPort });
  } else {
    const [type, code, id] = spec.icmp ?? [proto === IpProtocol.Icmp ? 8 : 128, 0, 7];
    view.setUint8(ulp, type);
    view.setUint8(ulp + 1, code);
    view.setUint16(ulp + 4, id);
    packet.flow.setFlowId({ proto, src, dst, kind: "icmp", type, code, id });
  }
  return packet;
}

/** A packet without an IP header. */
export function makeArpPacket(spec: PacketSpec = {}): Packet {
  return etherPacket(spec, EtherType.Arp, 28);
}

function etherPacket(spec: PacketSpec, etherType: number, payloadLen: number): Packet {
  const packet = new Packet();
  packet.frame = Frame.allocate(ETHER_LEN + payloadLen);
  const { bytes, start } = packet.frame;
  bytes.set((spec.etherDst ?? GATEWAY_MAC).bytes, start);
  bytes.set((spec.etherSrc ?? GUEST_MAC).bytes, start + 6);
  bytes.set([etherType >> 8, etherType & 0xff], start + 12);
  packet.ether = start;
  packet.etherType = etherType;
  packet.body = start + ETHER_LEN;
  return packet;
}
