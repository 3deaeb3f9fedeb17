// The port under test: a guest of a VPC as a rack has it, on the providers of a Node process.

import { IpCidr, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, PortRange } from "opte-api";
import type { ClockProvider, Port } from "opte-core";
import { VpcMappings, VpcPort } from "oxide-vpc";
import {
  BOUNDARY_SERVICES_VNI,
  DEFAULT_MTU,
  type ExternalIpCfg,
  FirewallRule,
  GATEWAY_MAC,
  type Ipv4Cfg,
  type Ipv6Cfg,
  NO_EXTERNAL_IPS,
  type PortLimits,
  RouterTarget,
} from "oxide-vpc/api";
import { nodeClock, StatsRegistry } from "xde-binding";
import {
  ADDRESSES,
  BOUNDARY_IP,
  GATEWAY_IP,
  GUEST_MAC,
  GUEST_PHYS_IP,
  lastWord,
  PEER_MAC,
  PEER_PHYS_IP,
  PEERS,
  VNI,
} from "./addresses.ts";
import { withLastWord } from "./flow-template.ts";

/** How flows are translated: not at all (peers in the VPC), by a floating address, or by source NAT with ports (peers outside). */
export type Nat = "none" | "floating" | "snat";

export interface WorldOptions {
  readonly name?: string;
  readonly nat?: Nat;
  readonly limits?: Partial<PortLimits>;
  /** Firewall rules before those that let everything pass. */
  readonly rules?: readonly string[];
  /** Shared by the ports of a sled. */
  readonly mappings?: VpcMappings;
  /** Where time itself is not what is measured, a clock to set forward. */
  readonly clock?: ClockProvider;
}

/** Room for the million flows of the longest curve. */
const LIMITS: PortLimits = {
  uft: 1_048_576,
  tcp: 1_048_576,
  gateway: 1,
  firewall: 1_048_576,
  router: 1,
  nat: 1_048_576,
  overlay: 1,
};

/** What every guest is given, and all that its peers may send. */
const RULES: readonly string[] = [
  `dir=in action=allow priority=65534 hosts=vni=${VNI}`,
  "dir=in action=allow priority=65534 protocol=tcp port=22",
  "dir=in action=allow priority=65534 protocol=icmp",
];

export class VpcWorld {
  readonly nat: Nat;
  readonly mappings: VpcMappings;
  readonly vpc: VpcPort;

  /** A running port. */
  constructor({
    name = "opte0",
    nat = "none",
    limits = {},
    rules = [],
    mappings = sledMappings(),
    clock = nodeClock,
  }: WorldOptions = {}) {
    this.nat = nat;
    this.mappings = mappings;
    this.vpc = new VpcPort(
      {
        name,
        ipCfg: { ipv4: ipv4Cfg(nat), ipv6: ipv6Cfg(nat) },
        guestMac: GUEST_MAC,
        gatewayMac: GATEWAY_MAC,
        vni: VNI,
        physIp: GUEST_PHYS_IP,
        dhcp: { domainSearchList: [], dns4Servers: [Ipv4Addr.parse("8.8.8.8")], dns6Servers: [] },
        mtu: DEFAULT_MTU,
        limits: { ...LIMITS, ...limits },
      },
      this.mappings,
      { clock, stats: new StatsRegistry() },
    );
    this.#route("172.30.0.0/16", "sub4=172.30.0.0/16");
    this.#route("fd00::/64", "sub6=fd00::/64");
    this.#route("0.0.0.0/0", "ig");
    this.#route("::/0", "ig");
    this.vpc.setFirewallRules(withDefaultRules(rules));
    this.vpc.port.start();
  }

  get port(): Port {
    return this.vpc.port;
  }

  /** Forgets every flow; rules stay. */
  forgetFlows(): void {
    this.port.reset();
    this.port.start();
  }

  #route(dest: string, target: string): void {
    this.vpc.addRouterEntry({ dest: IpCidr.parse(dest), target: RouterTarget.parse(target), class: "system" });
  }
}

/** Where the peers of the bench are. */
export function sledMappings(): VpcMappings {
  const mappings = new VpcMappings();
  for (const prefix of ["0.0.0.0/0", "::/0"]) {
    mappings.v2b.add(IpCidr.parse(prefix), [{ ip: BOUNDARY_IP, vni: BOUNDARY_SERVICES_VNI }]);
  }
  for (const family of [4, 6] as const) {
    const { inside } = ADDRESSES[family];
    for (let peer = 0; peer < PEERS; peer++) {
      const vip = withLastWord(inside, lastWord(inside) + peer);
      mappings.v2p.set(vip, { ether: PEER_MAC, ip: PEER_PHYS_IP, vni: VNI });
    }
  }
  return mappings;
}

/** Rules as text, and those that every guest has. */
export function withDefaultRules(rules: readonly string[]): FirewallRule[] {
  return [...rules, ...RULES].map((line) => FirewallRule.parse(line));
}

const SNAT_PORTS = new PortRange(1024, 65535);

function ipv4Cfg(nat: Nat): Ipv4Cfg {
  const { guest, snat, floating } = ADDRESSES[4];
  return {
    vpcSubnet: Ipv4Cidr.parse("172.30.0.0/16"),
    privateIp: guest,
    gatewayIp: GATEWAY_IP,
    externalIps: externalIps(nat, snat, floating),
    attachedSubnets: [],
    transitIps: [],
  };
}

function ipv6Cfg(nat: Nat): Ipv6Cfg {
  const { guest, snat, floating } = ADDRESSES[6];
  return {
    vpcSubnet: Ipv6Cidr.parse("fd00::/64"),
    privateIp: guest,
    gatewayIp: Ipv6Addr.parse("fd00::1"),
    externalIps: externalIps(nat, snat, floating),
    attachedSubnets: [],
    transitIps: [],
  };
}

function externalIps<Ip extends Ipv4Addr | Ipv6Addr>(nat: Nat, snat: Ip, floating: Ip): ExternalIpCfg<Ip> {
  switch (nat) {
    case "none":
      return NO_EXTERNAL_IPS;
    case "floating":
      return { floatingIps: [floating] };
    case "snat":
      return { snat: { externalIp: snat, ports: SNAT_PORTS }, floatingIps: [] };
  }
}
