// Frames that guests and hosts on the internet send, put together byte by byte for the demonstration and the tests.

import { EtherType, IpProtocol, Ipv4Addr, MacAddr } from "opte-api";
import { Frame } from "opte-core";

/** Who sends a frame to whom, on one link. */
export interface Ends {
  readonly srcMac: MacAddr;
  readonly dstMac: MacAddr;
  readonly src: Ipv4Addr;
  readonly dst: Ipv4Addr;
}

/** TCP flags by their bits (RFC 9293 §3.1). */
export const TcpFlag = { Fin: 1, Syn: 2, Ack: 16 } as const;

export function udpFrame(ends: Ends, srcPort: number, dstPort: number, body: Uint8Array = Uint8Array.of()): Frame {
  const datagram = [...u16(srcPort), ...u16(dstPort), ...u16(8 + body.length), 0, 0, ...body];
  return ipv4Frame(ends, IpProtocol.Udp, datagram, 6);
}

export function tcpFrame(ends: Ends, srcPort: number, dstPort: number, flags: number, seq = 0, ack = 0): Frame {
  const ports = [...u16(srcPort), ...u16(dstPort)];
  return ipv4Frame(ends, IpProtocol.Tcp, [...ports, ...u32(seq), ...u32(ack), 0x50, flags, 0xff, 0xff, 0, 0, 0, 0], 16);
}

/** An ICMP echo message: type 8 asks, type 0 answers. */
export function echoFrame(ends: Ends, type: 0 | 8, id: number): Frame {
  return ipv4Frame(ends, IpProtocol.Icmp, [type, 0, 0, 0, ...u16(id), 0, 1, 0x68, 0x69], 2);
}

/** Asks everybody on the link who has `target`. */
export function arpRequest(senderMac: MacAddr, senderIp: Ipv4Addr, target: Ipv4Addr): Frame {
  const ether = etherHeader(MacAddr.BROADCAST, senderMac, EtherType.Arp);
  const addresses = [...senderMac.bytes, ...senderIp.bytes, ...MacAddr.ZERO.bytes, ...target.bytes];
  return Frame.ofGuest(Uint8Array.of(...ether, 0, 1, 8, 0, 6, 4, 0, 1, ...addresses));
}

/** Message types of DHCP (RFC 2132 §9.6). */
export const DhcpType = { Discover: 1, Offer: 2, Request: 3, Ack: 5 } as const;

/** A DHCP message of a client; without `from` it has no address yet and asks everybody. */
export function dhcpFrame(mac: MacAddr, type: number, from?: Ends): Frame {
  const ends = from ?? { srcMac: mac, dstMac: MacAddr.BROADCAST, src: Ipv4Addr.ANY, dst: Ipv4Addr.BROADCAST };
  const message = new Uint8Array(244);
  message.set([1, 1, 6, 0, 0x11, 0x22, 0x33, 0x44]); // a request from Ethernet, with a transaction id
  message.set(mac.bytes, 28);
  message.set([0x63, 0x82, 0x53, 0x63, 53, 1, type, 255], 236); // the cookie, the message type, the end
  return udpFrame(ends, 68, 67, message);
}

function ipv4Frame(
  { srcMac, dstMac, src, dst }: Ends,
  protocol: number,
  payload: readonly number[],
  checksumAt: number,
): Frame {
  const addresses = [...src.bytes, ...dst.bytes];
  const header = Uint8Array.of(0x45, 0, ...u16(20 + payload.length), 0, 1, 0, 0, 64, protocol, 0, 0, ...addresses);
  header.set(u16(0xffff - onesSum(header)), 10);
  const segment = Uint8Array.from(payload);
  // ICMP has no pseudo-header (RFC 792).
  const pseudo = protocol === IpProtocol.Icmp ? [] : [...addresses, 0, protocol, ...u16(segment.length)];
  segment.set(u16(0xffff - onesSum(Uint8Array.of(...pseudo, ...segment))), checksumAt);
  return Frame.ofGuest(Uint8Array.of(...etherHeader(dstMac, srcMac, EtherType.Ipv4), ...header, ...segment));
}

/** The one's-complement sum of 16-bit words (RFC 1071), folded. */
export function onesSum(bytes: Uint8Array): number {
  let sum = 0;
  for (const [i, byte] of bytes.entries()) sum += i % 2 === 0 ? byte * 0x100 : byte;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

function etherHeader(dst: MacAddr, src: MacAddr, etherType: number): number[] {
  return [...dst.bytes, ...src.bytes, ...u16(etherType)];
}

function u16(value: number): [number, number] {
  return [value >>> 8, value & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}
