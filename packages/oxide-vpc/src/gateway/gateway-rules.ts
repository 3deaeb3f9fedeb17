// The layer next to the guest: answers in place of its gateway, and lets through only what is from or for the guest (spec 03 §2,
// spec 04 §3).

import { EtherType, type IpAddr, IpCidr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, MacAddr } from "opte-api";
import {
  type Action,
  Dhcp4Server,
  Dhcp6Server,
  type HairpinGenerator,
  IcmpEchoReply,
  Icmpv6EchoReply,
  makeRule,
  NdpType,
  NeighborAdvertisement,
  type Predicate,
  RouterAdvertisement,
  type Rule,
  type RulePair,
} from "opte-core";
import type { IpFamilyCfg, Ipv4Cfg, Ipv6Cfg, VpcCfg } from "../api/model.js";
import type { Virt2Phys } from "../mapping/v2p.js";
import { SourceMac } from "./source-mac.js";
import { VpcMeta } from "./vpc-meta.js";

/** Priorities of what is between the answers, which are tried first, and the rest, which is denied. */
const GUEST_PRIORITY = 1000;
const MULTICAST_PRIORITY = 1001;

/** The last type of message of neighbour discovery (RFC 4861 §4.5). */
const REDIRECT = 137;

/** What the rules of one port are made from. */
interface Site {
  readonly cfg: VpcCfg;
  /** Advertised to the guest, in bytes. */
  readonly mtu: number;
  /** For packets of the guest. */
  readonly outbound: Action;
  /** For packets to the guest. */
  readonly inbound: Action;
  readonly rules: { readonly in: Rule[]; readonly out: Rule[] };
}

/**
 * All rules of the gateway layer.
 *
 * @param mtu advertised to the guest, in bytes
 * @throws OpteError `PortCreate` if the DHCP options do not fit in a packet
 */
export function gatewayRules(cfg: VpcCfg, mtu: number, v2p: Virt2Phys): RulePair {
  const site: Site = {
    cfg,
    mtu,
    outbound: { kind: "meta", generator: new VpcMeta(v2p) },
    inbound: { kind: "static", generator: new SourceMac(cfg.gatewayMac) },
    rules: { in: [], out: [] },
  };
  const { ipv4, ipv6 } = cfg.ipCfg;
  if (ipv4 !== undefined) addIpv4Rules(site, ipv4);
  if (ipv6 !== undefined) addIpv6Rules(site, ipv6);
  return site.rules;
}

function addIpv4Rules(site: Site, { privateIp: guestIp, gatewayIp, ...rest }: Ipv4Cfg): void {
  const { guestMac, gatewayMac, dhcp } = site.cfg;
  site.rules.out.push(
    makeRule(
      1,
      { kind: "handlePacket" },
      {
        predicates: [
          { kind: "etherType", values: [EtherType.Arp] },
          { kind: "etherDst", values: [MacAddr.BROADCAST] },
          { kind: "etherSrc", values: [guestMac] },
        ],
      },
    ),
    answer(1, new Dhcp4Server({ guestMac, guestIp, gatewayMac, gatewayIp, dhcp, answer: "offer" })),
    answer(1, new Dhcp4Server({ guestMac, guestIp, gatewayMac, gatewayIp, dhcp, answer: "ack" })),
    answer(1, new IcmpEchoReply({ guestMac, guestIp, gatewayMac, gatewayIp })),
  );
  addGuestRules(site, guestIp, { kind: "ipv4Dst", values: [Ipv4Cidr.MULTICAST] });
  addExceptions(site, rest);
}

function addIpv6Rules(site: Site, { privateIp: guestIp, ...rest }: Ipv6Cfg): void {
  const { guestMac, gatewayMac, dhcp } = site.cfg;
  const linkLocalIp = Ipv6Addr.fromEui64(guestMac);
  site.rules.out.push(
    answer(1, new Icmpv6EchoReply({ guestMac, guestIp, gatewayMac })),
    answer(2, new Icmpv6EchoReply({ guestMac, guestIp: linkLocalIp, gatewayMac })),
    answer(3, new RouterAdvertisement({ guestMac, gatewayMac, mtu: site.mtu })),
    answer(4, new NeighborAdvertisement({ guestMac, gatewayMac })),
    denyNdp(5),
    answer(1, new Dhcp6Server({ guestMac, guestIp, gatewayMac, dhcp })),
  );
  site.rules.in.push(denyNdp(1));
  addGuestRules(site, guestIp, { kind: "ipv6Dst", values: [Ipv6Cidr.MULTICAST] });
  addExceptions(site, rest);
}

function answer(priority: number, generator: HairpinGenerator): Rule {
  return makeRule(priority, { kind: "hairpin", generator });
}

/** Neighbour discovery is between a guest and its gateway; what the gateway does not answer is nobody else's. */
function denyNdp(priority: number): Rule {
  const ndp = { first: NdpType.RouterSolicitation, last: REDIRECT };
  return makeRule(priority, { kind: "deny" }, { predicates: [{ kind: "icmpv6Type", values: [ndp] }] });
}

function addGuestRules(site: Site, guestIp: IpAddr, toMulticast: Predicate): void {
  const { cfg, rules, inbound, outbound } = site;
  rules.out.push(
    makeRule(GUEST_PRIORITY, outbound, {
      predicates: [source(guestIp), { kind: "etherSrc", values: [cfg.guestMac] }],
    }),
  );
  rules.in.push(
    makeRule(GUEST_PRIORITY, inbound, {
      predicates: [destination(guestIp), { kind: "etherDst", values: [cfg.guestMac] }],
    }),
    makeRule(MULTICAST_PRIORITY, inbound, {
      predicates: [toMulticast, { kind: "etherDst", values: ["multicast"] }],
    }),
  );
}

/** What may come from the guest, or go to it, besides its own address. */
function addExceptions(
  site: Site,
  { attachedSubnets, transitIps }: Pick<IpFamilyCfg<IpAddr, IpCidr>, "attachedSubnets" | "transitIps">,
): void {
  const { cfg, rules, inbound, outbound } = site;
  const inAndOut = attachedSubnets.map(({ cidr }) => cidr);
  const onlyIn = transitIps.filter(({ allowIn }) => allowIn).map(({ cidr }) => cidr);
  const onlyOut = transitIps.filter(({ allowOut }) => allowOut).map(({ cidr }) => cidr);
  for (const cidr of union(inAndOut, onlyOut)) {
    const predicates: Predicate[] = [{ kind: "etherSrc", values: [cfg.guestMac] }, source(cidr)];
    rules.out.push(makeRule(GUEST_PRIORITY, outbound, { predicates }));
  }
  for (const cidr of union(inAndOut, onlyIn)) {
    const predicates: Predicate[] = [destination(cidr), { kind: "etherDst", values: [cfg.guestMac] }];
    rules.in.push(makeRule(GUEST_PRIORITY, inbound, { predicates }));
  }
}

/** In ascending order, each once. */
function union(a: readonly IpCidr[], b: readonly IpCidr[]): IpCidr[] {
  const sorted = [...a, ...b].toSorted((x, y) => IpCidr.compare(x, y));
  return sorted.filter((cidr, i) => {
    const previous = sorted[i - 1];
    return previous === undefined || !IpCidr.equals(previous, cidr);
  });
}

function source(from: IpAddr | IpCidr): Predicate {
  return from.family === 4 ? { kind: "ipv4Src", values: [from] } : { kind: "ipv6Src", values: [from] };
}

function destination(to: IpAddr | IpCidr): Predicate {
  return to.family === 4 ? { kind: "ipv4Dst", values: [to] } : { kind: "ipv6Dst", values: [to] };
}
