import { type IpAddr, Ipv4Addr, Ipv4Cidr, MacAddr } from "opte-api";
import { networkSuite, type SampleFrame } from "opte-core/testing";
import { describe, it } from "vitest";
import { Bench, G1, G2 } from "../test/vpc-bench.js";
import {
  ACK,
  echo,
  encapsulate,
  ether,
  EXTERNAL,
  ICMP,
  icmp,
  ICMPV6,
  ipFrame,
  type Message,
  SYN,
  tcp,
  udp,
} from "../test/frames.js";
import { GATEWAY_MAC, NO_DHCP_OPTIONS } from "./api/index.js";
import { VpcNetwork } from "./vpc-network.js";

const BROADCAST = MacAddr.parse("ff:ff:ff:ff:ff:ff");
const GATEWAY_IP = Ipv4Addr.parse("172.30.0.1");

const sent = (
  name: string,
  family: 4 | 6,
  message: Message,
  dst: IpAddr = family === 4 ? G2.ip4 : G2.ip6,
): SampleFrame => ({
  name: `${name} of the guest`,
  dir: "out",
  bytes: ipFrame({ dst: GATEWAY_MAC, src: G1.mac }, family === 4 ? G1.ip4 : G1.ip6, dst, message),
});

const received = (name: string, family: 4 | 6, message: Message, options = [EXTERNAL]): SampleFrame => {
  const [src, dst] = family === 4 ? [G2.ip4, G1.ip4] : [G2.ip6, G1.ip6];
  const inner = ipFrame({ dst: G1.mac, src: G2.mac }, src, dst, message);
  const tunnel = { src: G2.physIp, dst: G1.physIp, vni: G1.vni, options };
  return { name: `${name} from the underlay`, dir: "in", bytes: encapsulate(inner, tunnel) };
};

/** DHCPDISCOVER: the fixed part, the magic cookie, the message type. */
const DISCOVER: readonly number[] = [
  ...[1, 1, 6, 0, 0x12, 0x34, 0x56, 0x78],
  ...Array.from({ length: 20 }, () => 0),
  ...G1.mac.bytes,
  ...Array.from({ length: 202 }, () => 0),
  ...[0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255],
];

const FRAMES: readonly SampleFrame[] = [
  {
    name: "ARP request of the guest",
    dir: "out",
    bytes: ether(BROADCAST, G1.mac, 0x0806, [
      ...[0, 1, 8, 0, 6, 4, 0, 1, ...G1.mac.bytes, ...G1.ip4.bytes],
      ...[0, 0, 0, 0, 0, 0, ...GATEWAY_IP.bytes],
    ]),
  },
  sent("UDP over IPv4", 4, udp(1025, 53, [1, 2, 3])),
  sent("TCP over IPv6", 6, tcp(1025, 80, SYN)),
  sent("Echo request for the gateway", 4, echo(ICMP, 8, 7), GATEWAY_IP),
  sent("Neighbor solicitation", 6, icmp(ICMPV6, 135, 0, [0, 0, 0, 0], [...G2.ip6.bytes])),
  {
    name: "DHCPDISCOVER of the guest",
    dir: "out",
    bytes: ipFrame(
      { dst: BROADCAST, src: G1.mac },
      Ipv4Addr.parse("0.0.0.0"),
      Ipv4Addr.parse("255.255.255.255"),
      udp(68, 67, DISCOVER),
    ),
  },
  received("UDP over IPv6", 6, udp(53, 1025, [1, 2, 3])),
  received("TCP over IPv4", 4, tcp(22, 1025, SYN | ACK), []),
  received("Echo request", 4, echo(ICMP, 8, 7)),
];

function makeNetwork(): VpcNetwork {
  return new VpcNetwork({
    ipCfg: {
      ipv4: {
        vpcSubnet: Ipv4Cidr.parse("172.30.0.0/22"),
        privateIp: G1.ip4,
        gatewayIp: GATEWAY_IP,
        externalIps: G1.external4,
        attachedSubnets: [],
        transitIps: [],
      },
    },
    guestMac: G1.mac,
    gatewayMac: GATEWAY_MAC,
    vni: G1.vni,
    physIp: G1.physIp,
    dhcp: NO_DHCP_OPTIONS,
  });
}

describe("VpcNetwork", () => {
  const suite = networkSuite({
    frames: FRAMES,
    makeNetwork,
    makePort: () => new Bench().routeOut().knows(G2).vpc.port,
  });
  for (const test of suite) it(test.name, test.run);
});
