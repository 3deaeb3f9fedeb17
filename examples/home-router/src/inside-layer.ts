// The layer on the guests' side: the first that their packets see, the last that packets to them see.

import { EtherType, IpProtocol, MacAddr } from "opte-api";
import {
  Dhcp4Server,
  IcmpEchoReply,
  type LayerSpec,
  makeExplicitRule,
  makeRule,
  NO_DHCP_OPTIONS,
  type Predicate,
  type Rule,
  type RulePair,
} from "opte-core";
import { EtherRewrite } from "./ether-rewrite.ts";
import type { GuestLease } from "./guest-leases.ts";
import type { RouterConfig } from "./router-config.ts";

export const INSIDE_LAYER: LayerSpec = { name: "inside", defaultIn: "deny", defaultOut: "deny", flowLimit: 1 };

const DISCOVER = 1;
const REQUEST = 3;
const TO_DHCP_SERVER: readonly Predicate[] = [
  { kind: "ipProtocol", values: [IpProtocol.Udp] },
  { kind: "srcPort", values: [68] },
  { kind: "dstPort", values: [67] },
];

/** Rules for everybody: ARP, strangers that ask for an address, and what must not leave. */
export function insideRules({ inside, outside }: RouterConfig): RulePair {
  return {
    out: [
      makeRule(10, { kind: "handlePacket" }, { predicates: [{ kind: "etherType", values: [EtherType.Arp] }] }),
      makeRule(30, { kind: "deny" }, { predicates: [{ kind: "ipv4Dst", values: [inside.subnet, outside.ip] }] }),
      makeRule(
        50,
        { kind: "handlePacket" },
        {
          predicates: [{ kind: "etherDst", values: [MacAddr.BROADCAST] }, ...TO_DHCP_SERVER],
          dataPredicates: [{ kind: "dhcpMessageType", values: [DISCOVER] }],
        },
      ),
    ],
    in: [],
  };
}

/** The rules that a guest has while it has an address. */
export interface GuestRules {
  /** Acknowledges a request for the address, or for more time. */
  readonly acknowledge: Rule;
  readonly out: readonly Rule[];
  readonly in: readonly Rule[];
}

export function guestRules(config: RouterConfig, { mac, ip }: GuestLease): GuestRules {
  const { inside, nameServers } = config;
  const ends = { guestMac: mac, guestIp: ip, gatewayMac: inside.mac, gatewayIp: inside.ip };
  const lease = { ...ends, dhcp: { ...NO_DHCP_OPTIONS, dns4Servers: nameServers }, subnet: inside.subnet };
  const fromGuest: Predicate = { kind: "etherSrc", values: [mac] };
  return {
    // Not `makeRule`: a guest that renews its lease asks from its address, which the server's implicit predicates exclude.
    acknowledge: makeExplicitRule(
      10,
      { kind: "hairpin", generator: new Dhcp4Server({ ...lease, answer: "ack" }) },
      {
        predicates: [fromGuest, ...TO_DHCP_SERVER],
        dataPredicates: [{ kind: "dhcpMessageType", values: [REQUEST] }],
      },
    ),
    out: [
      makeRule(10, { kind: "hairpin", generator: new Dhcp4Server({ ...lease, answer: "offer" }) }),
      makeRule(20, { kind: "hairpin", generator: new IcmpEchoReply(ends) }),
      makeRule(
        40,
        { kind: "allow" },
        {
          predicates: [fromGuest, { kind: "etherDst", values: [inside.mac] }, { kind: "ipv4Src", values: [ip] }],
        },
      ),
    ],
    in: [
      makeRule(
        10,
        { kind: "static", generator: new EtherRewrite(inside.mac, mac) },
        { predicates: [{ kind: "ipv4Dst", values: [ip] }] },
      ),
    ],
  };
}
