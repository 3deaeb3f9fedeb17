// What a guest asks its gateway, and how its answer is known.

import { Ipv4Addr, Ipv6Addr, MacAddr } from "opte-api";
import { GATEWAY_MAC } from "oxide-vpc/api";
import {
  echo,
  ether,
  ICMP,
  icmp,
  ICMPV6,
  ipFrame,
  type Message,
  readFrame,
  u16,
} from "../../packages/oxide-vpc/test/frames.ts";
import { ADDRESSES, GATEWAY_IP, GUEST_MAC } from "./addresses.ts";

/** A question of the guest. */
export interface Question {
  readonly name: string;
  readonly frame: Uint8Array;
  /** Whether this is the answer. */
  readonly isAnswer: (frame: Uint8Array) => boolean;
}

const GUEST_LINK_LOCAL = Ipv6Addr.fromEui64(GUEST_MAC);
const GATEWAY_LINK_LOCAL = Ipv6Addr.fromEui64(GATEWAY_MAC);

export const QUESTIONS: readonly Question[] = [
  { name: "arp", frame: arpRequest(), isAnswer: (frame) => frame[13] === 0x06 && frame[21] === 2 },
  {
    name: "icmp-echo",
    frame: toGateway(ADDRESSES[4].guest, GATEWAY_IP, echo(ICMP, 8, 7)),
    isAnswer: (frame) => isSound(frame) && readFrame(frame).message[0] === 0,
  },
  {
    name: "icmpv6-echo",
    frame: toGateway(ADDRESSES[6].guest, GATEWAY_LINK_LOCAL, echo(ICMPV6, 128, 7)),
    isAnswer: (frame) => isSound(frame) && readFrame(frame).message[0] === 129,
  },
  {
    name: "neighbor-solicitation",
    frame: neighborSolicitation(),
    isAnswer: (frame) => isSound(frame) && readFrame(frame).message[0] === 136,
  },
  {
    name: "router-solicitation",
    frame: routerSolicitation(),
    isAnswer: (frame) => isSound(frame) && readFrame(frame).message[0] === 134,
  },
  {
    name: "dhcpv4-discover",
    frame: dhcpv4Discover(),
    // The offer: BOOTREPLY, and in it the guest's address
    isAnswer: (frame) => frame[42] === 2 && Ipv4Addr.fromBytes(frame.slice(58, 62)).equals(ADDRESSES[4].guest),
  },
  {
    name: "dhcpv6-solicit",
    frame: dhcpv6Solicit(),
    // ADVERTISE with the transaction's number, and the guest's address in it
    isAnswer: (frame) => isSound(frame) && frame[62] === 2 && frame[65] === 2 && has(frame, ADDRESSES[6].guest.bytes),
  },
];

function isSound(frame: Uint8Array): boolean {
  return readFrame(frame).isSound;
}

function has(frame: Uint8Array, bytes: Uint8Array): boolean {
  return Buffer.from(frame).includes(Buffer.from(bytes));
}

function toGateway(src: Ipv4Addr | Ipv6Addr, dst: Ipv4Addr | Ipv6Addr, message: Message): Uint8Array {
  return ipFrame({ dst: GATEWAY_MAC, src: GUEST_MAC }, src, dst, message);
}

function arpRequest(): Uint8Array {
  const { guest } = ADDRESSES[4];
  const request = [0, 1, 8, 0, 6, 4, 0, 1, ...GUEST_MAC.bytes, ...guest.bytes, 0, 0, 0, 0, 0, 0, ...GATEWAY_IP.bytes];
  return ether(MacAddr.BROADCAST, GUEST_MAC, 0x0806, request);
}

/** With the hop limit of neighbour discovery, which no checksum covers. */
function discovery(src: Ipv6Addr, dst: Ipv6Addr, message: Message): Uint8Array {
  const frame = ipFrame({ dst: dst.multicastMac(), src: GUEST_MAC }, src, dst, message);
  frame[21] = 255;
  return frame;
}

function neighborSolicitation(): Uint8Array {
  const message = icmp(ICMPV6, 135, 0, [0, 0, 0, 0], [...GATEWAY_LINK_LOCAL.bytes, 1, 1, ...GUEST_MAC.bytes]);
  return discovery(GUEST_LINK_LOCAL, Ipv6Addr.parse("ff02::1:ffff:7777"), message);
}

function routerSolicitation(): Uint8Array {
  const message = icmp(ICMPV6, 133, 0, [0, 0, 0, 0], [1, 1, ...GUEST_MAC.bytes]);
  return discovery(GUEST_LINK_LOCAL, Ipv6Addr.parse("ff02::2"), message);
}

function datagram(srcPort: number, dstPort: number, body: readonly number[]): Message {
  const length = 8 + body.length;
  return { proto: 17, bytes: [...u16(srcPort), ...u16(dstPort), ...u16(length), 0, 0, ...body], checksumAt: 6 };
}

function dhcpv4Discover(): Uint8Array {
  const none = (count: number): number[] => new Array<number>(count).fill(0);
  const head = [1, 1, 6, 0, 0x11, 0x22, 0x33, 0x44, ...none(20), ...GUEST_MAC.bytes, ...none(202)];
  const options = [0x63, 0x82, 0x53, 0x63, 53, 1, 1, 55, 4, 1, 3, 6, 121, 255];
  return ipFrame(
    { dst: MacAddr.BROADCAST, src: GUEST_MAC },
    Ipv4Addr.fromNumber(0),
    Ipv4Addr.BROADCAST,
    datagram(68, 67, [...head, ...options]),
  );
}

function dhcpv6Solicit(): Uint8Array {
  const clientId = [0, 1, 0, 14, 0, 1, 0, 1, 0x2a, 0xc9, 0xf2, 0x2d, ...GUEST_MAC.bytes];
  const elapsed = [0, 8, 0, 2, 0, 0];
  const request = [0, 6, 0, 8, 0, 23, 0, 24, 0, 39, 0, 31];
  const address = [0, 3, 0, 12, 0, 0, 0x0f, 0xf7, 0, 0, 0x0e, 0x10, 0, 0, 0x15, 0x18];
  const solicit = [1, 0, 1, 2, ...clientId, ...elapsed, ...request, ...address];
  const servers = Ipv6Addr.parse("ff02::1:2");
  return ipFrame(
    { dst: servers.multicastMac(), src: GUEST_MAC },
    GUEST_LINK_LOCAL,
    servers,
    datagram(546, 547, solicit),
  );
}
