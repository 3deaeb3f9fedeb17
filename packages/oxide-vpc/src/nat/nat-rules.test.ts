import { IpAddr, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr } from "opte-api";
import { ruleText, type Rule } from "opte-core";
import { describe, expect, it } from "vitest";
import { G1 } from "../../test/vpc-bench.js";
import {
  type ExternalIpv4Cfg,
  type InternetGatewayMap,
  IpCfg,
  type Ipv4Cfg,
  NO_EXTERNAL_IPS,
  Uuid,
} from "../api/index.js";
import { natRules } from "./nat-rules.js";

const A = "11111111-2222-3333-4444-555555555555";
const B = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

const SNAT = G1.external4;
const ALL: ExternalIpv4Cfg = {
  ...SNAT,
  ephemeralIp: Ipv4Addr.parse("10.60.1.10"),
  floatingIps: ["10.60.1.20", "10.60.1.21", "10.60.1.22"].map((ip) => Ipv4Addr.parse(ip)),
};

const ipv4 = (externalIps: ExternalIpv4Cfg, attachedSubnets: Ipv4Cfg["attachedSubnets"] = []): IpCfg => ({
  ipv4: {
    vpcSubnet: Ipv4Cidr.parse("172.30.0.0/22"),
    privateIp: G1.ip4,
    gatewayIp: Ipv4Addr.parse("172.30.0.1"),
    externalIps,
    attachedSubnets,
    transitIps: [],
  },
});

/** Priority, predicates and action of each rule. */
function lines(rules: readonly Rule[]): string[] {
  return rules.map(ruleText).map(({ priority, predicates, action }) => [priority, ...predicates, action].join(" | "));
}

function natLines(ipCfg: IpCfg, gateways?: InternetGatewayMap): { in: string[]; out: string[] } {
  const rules = natRules(ipCfg, gateways, () => true);
  return { in: lines(rules.in), out: lines(rules.out) };
}

const gatewayMap = (map: Readonly<Record<string, readonly string[]>>): InternetGatewayMap =>
  Object.entries(map).map(([ip, uuids]) => [IpAddr.parse(ip), uuids.map((uuid) => Uuid.parse(uuid))]);

describe("the rules of address translation", () => {
  it("are, without any external address, that nothing goes to an internet gateway", () => {
    expect(natLines(ipv4(NO_EXTERNAL_IPS))).toEqual({ in: [], out: ["255 | meta: router-target-class=ig | Deny"] });
  });

  it("prefer floating addresses to the ephemeral one, and that to SNAT (ephemeral_ip_preferred_over_snat_outbound)", () => {
    expect(natLines(ipv4(ALL))).toEqual({
      in: [
        "5 | inner.ip.dst=10.60.1.20,10.60.1.21,10.60.1.22 | Stateful: 172.30.0.5 <=> (external)",
        "10 | inner.ip.dst=10.60.1.10 | Stateful: 172.30.0.5 <=> (external)",
      ],
      out: [
        "5 | inner.ether.ether_type=IPv4 | meta: router-target=ig | Stateful: 172.30.0.5 <=> {10.60.1.20,10.60.1.21,10.60.1.22}",
        "10 | inner.ether.ether_type=IPv4 | meta: router-target=ig | Stateful: 172.30.0.5 <=> 10.60.1.10",
        "100 | inner.ether.ether_type=IPv4 | meta: router-target=ig | Stateful: 10.77.77.13:1025-4096",
        "255 | meta: router-target-class=ig | Deny",
      ],
    });
  });

  it("leave external subnets as they are, before all else, but not internal ones", () => {
    const subnets = [
      { cidr: Ipv4Cidr.parse("10.50.0.0/24"), isExternal: true },
      { cidr: Ipv4Cidr.parse("10.51.0.0/24"), isExternal: false },
      { cidr: Ipv4Cidr.parse("10.52.0.0/24"), isExternal: true },
    ];
    const { in: inbound, out } = natLines(ipv4(NO_EXTERNAL_IPS, subnets));
    expect(inbound).toEqual(["4 | inner.ip.dst=10.50.0.0/24,10.52.0.0/24 | Allow"]);
    expect(out[0]).toBe("4 | inner.ip.src=10.50.0.0/24,10.52.0.0/24 | Meta: ExternalIpTagger");
  });

  it("come for IPv4 first, then for IPv6, then the denial", () => {
    const both = IpCfg.of(ipv4(SNAT).ipv4, {
      vpcSubnet: Ipv6Cidr.parse("fd00::/64"),
      privateIp: G1.ip6,
      gatewayIp: Ipv6Addr.parse("fd00::1"),
      externalIps: G1.external6,
      attachedSubnets: [],
      transitIps: [],
    });
    expect(both && natLines(both).out.map((line) => line.split(" | ").at(-1))).toEqual([
      "Stateful: 10.77.77.13:1025-4096",
      "Stateful: [2001:db8::1]:4097-8192",
      "Deny",
    ]);
  });
});

describe("internet gateways (select_eip_conditioned_on_igw)", () => {
  const target = (line: string): string =>
    line.replace(/.*router-target=/, "").replace(" | Stateful: 172.30.0.5 <=>", "");

  it("use the addresses that belong to them, in the order of their UUIDs, the one without UUID first", () => {
    const map = gatewayMap({ "10.60.1.20": [A], "10.60.1.21": [B], "10.60.1.10": [B, A], "10.77.77.13": [B] });
    expect(natLines(ipv4(ALL), map).out.slice(0, -1).map(target)).toEqual([
      "ig 10.60.1.22",
      `ig=${A} 10.60.1.20`,
      `ig=${B} 10.60.1.21`,
      `ig=${A} 10.60.1.10`,
      `ig=${B} 10.60.1.10`,
      `ig=${B} | Stateful: 10.77.77.13:1025-4096`,
    ]);
  });

  it("share an address that belongs to several, and never use one that belongs to none", () => {
    const map = gatewayMap({
      "10.60.1.20": [A, B],
      "10.60.1.21": [],
      "10.60.1.22": [B],
      "10.60.1.10": [],
      "10.77.77.13": [],
    });
    expect(natLines(ipv4(ALL), map).out.slice(0, -1).map(target)).toEqual([
      `ig=${A} 10.60.1.20`,
      `ig=${B} {10.60.1.20,10.60.1.22}`,
    ]);
  });
});
