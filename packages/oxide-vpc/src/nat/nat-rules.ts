// Address translation of a port (spec 04 §6.1).

import { EtherType, type IpAddr, type IpCidr } from "opte-api";
import {
  ExternalIpTagger,
  InboundNat,
  type IsAssigned,
  makeRule,
  OutboundNat,
  type Predicate,
  type Rule,
  type RulePair,
  Snat,
  SnatPools,
} from "opte-core";
import { type InternetGatewayMap, type IpCfg, type IpFamilyCfg, RouterTarget, type Uuid } from "../api/model.js";
import { ipKey, type IpKey } from "../mapping/ip-key.js";
import { INTERNET_GATEWAY_CLASS, MetadataKey } from "../metadata-keys.js";

/** What comes first: subnets that need no translation, then the most particular address. */
const Priority = { ExternalSubnet: 4, Floating: 5, Ephemeral: 10, Snat: 100, NoAddress: 255 } as const;

/** A gateway; `undefined` is the one without UUID. */
type Gateway = Uuid | undefined;

/** Pools of SNAT ports, and the address that they lend them to. */
export interface SnatStock {
  readonly privateIp: IpAddr;
  readonly pools: SnatPools;
}

/** The rules of the NAT layer, and whose ports they lend. */
export interface NatRules extends RulePair {
  readonly stocks: readonly SnatStock[];
}

/**
 * All rules of the NAT layer. Every call makes new pools of SNAT ports.
 *
 * @param isAssigned tells whether an external address still is one of the port's, whenever a flow must know
 */
export function natRules(ipCfg: IpCfg, gateways: InternetGatewayMap | undefined, isAssigned: IsAssigned): NatRules {
  const rules: Draft = { in: [], out: [], stocks: [] };
  const gatewaysOf = gatewayLookUp(gateways);
  for (const cfg of [ipCfg.ipv4, ipCfg.ipv6]) {
    if (cfg !== undefined) addFamilyRules(rules, cfg, gatewaysOf, isAssigned);
  }
  rules.out.push(
    makeRule(
      Priority.NoAddress,
      { kind: "deny" },
      {
        predicates: [{ kind: "meta", key: MetadataKey.RouterTargetClass, value: INTERNET_GATEWAY_CLASS }],
      },
    ),
  );
  return rules;
}

interface Draft {
  readonly in: Rule[];
  readonly out: Rule[];
  readonly stocks: SnatStock[];
}

function addFamilyRules(
  rules: Draft,
  cfg: IpFamilyCfg<IpAddr, IpCidr>,
  gatewaysOf: (ip: IpAddr) => readonly Gateway[],
  isAssigned: IsAssigned,
): void {
  const { privateIp, externalIps, attachedSubnets } = cfg;
  const { snat, ephemeralIp, floatingIps } = externalIps;
  const { family } = privateIp;
  const inbound = new InboundNat(privateIp, isAssigned);

  const external = attachedSubnets.filter(({ isExternal }) => isExternal).map(({ cidr }) => cidr);
  if (external.length > 0) {
    rules.out.push(
      makeRule(
        Priority.ExternalSubnet,
        { kind: "meta", generator: new ExternalIpTagger() },
        {
          predicates: [address("src", family, external)],
        },
      ),
    );
    rules.in.push(
      makeRule(Priority.ExternalSubnet, { kind: "allow" }, { predicates: [address("dst", family, external)] }),
    );
  }
  if (floatingIps.length > 0) {
    for (const [gateway, ips] of groupByGateway(floatingIps, gatewaysOf)) {
      const generator = new OutboundNat(privateIp, ips, isAssigned);
      rules.out.push(makeRule(Priority.Floating, { kind: "stateful", generator }, toGateway(family, gateway)));
    }
    const predicates = [address("dst", family, floatingIps)];
    rules.in.push(makeRule(Priority.Floating, { kind: "stateful", generator: inbound }, { predicates }));
  }
  if (ephemeralIp !== undefined) {
    const generator = new OutboundNat(privateIp, [ephemeralIp], isAssigned);
    for (const gateway of gatewaysOf(ephemeralIp)) {
      rules.out.push(makeRule(Priority.Ephemeral, { kind: "stateful", generator }, toGateway(family, gateway)));
    }
    const predicates = [address("dst", family, [ephemeralIp])];
    rules.in.push(makeRule(Priority.Ephemeral, { kind: "stateful", generator: inbound }, { predicates }));
  }
  if (snat !== undefined) {
    const pools = new SnatPools();
    pools.add(privateIp, snat.externalIp, snat.ports);
    rules.stocks.push({ privateIp, pools });
    const generator = new Snat(privateIp, pools);
    for (const gateway of gatewaysOf(snat.externalIp)) {
      rules.out.push(makeRule(Priority.Snat, { kind: "stateful", generator }, toGateway(family, gateway)));
    }
  }
}

/** Packets of the family whose route leads to the gateway. */
function toGateway(family: 4 | 6, gateway: Gateway): { readonly predicates: readonly Predicate[] } {
  const target: RouterTarget = { kind: "internetGateway", ...(gateway === undefined ? {} : { uuid: gateway }) };
  return {
    predicates: [
      { kind: "etherType", values: [family === 4 ? EtherType.Ipv4 : EtherType.Ipv6] },
      { kind: "meta", key: MetadataKey.RouterTarget, value: RouterTarget.format(target) },
    ],
  };
}

function address(end: "src" | "dst", family: 4 | 6, values: readonly (IpAddr | IpCidr)[]): Predicate {
  if (family === 4) {
    return { kind: end === "src" ? "ipv4Src" : "ipv4Dst", values: values.filter((value) => value.family === 4) };
  }
  return { kind: end === "src" ? "ipv6Src" : "ipv6Dst", values: values.filter((value) => value.family === 6) };
}

/** The gateways of an address in order, each once. */
function gatewayLookUp(map: InternetGatewayMap = []): (ip: IpAddr) => readonly Gateway[] {
  const gateways = new Map<IpKey, readonly Uuid[]>(
    map.map(([ip, uuids]) => [ipKey(ip), [...new Set(uuids)].toSorted()]),
  );
  return (ip) => gateways.get(ipKey(ip)) ?? [undefined];
}

/** The addresses of each gateway in their order; the gateway without UUID first, then by UUID. */
function groupByGateway(
  ips: readonly IpAddr[],
  gatewaysOf: (ip: IpAddr) => readonly Gateway[],
): [Gateway, readonly IpAddr[]][] {
  const groups = new Map<Gateway, IpAddr[]>();
  for (const ip of ips) {
    for (const gateway of gatewaysOf(ip)) groups.set(gateway, [...(groups.get(gateway) ?? []), ip]);
  }
  return [...groups].toSorted(([a = ""], [b = ""]) => (a < b ? -1 : Number(a > b)));
}
