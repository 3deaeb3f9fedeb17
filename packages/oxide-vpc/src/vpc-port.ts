// A port of a VPC: the engine's port with the VPC's configuration, and the commands that change it (spec 04 §4–§7).

import { IpAddr, IpCidr, OpteError, type Direction } from "opte-api";
import { PortBuilder, type Port, type Providers, type RulePair } from "opte-core";
import type {
  DelRouterEntryResp,
  DetachSubnetResp,
  ExternalIpv4Cfg,
  ExternalIpv6Cfg,
  FirewallRule,
  InternetGatewayMap,
  IpCfg,
  IpFamilyCfg,
  PortLimits,
  RemoveCidrResp,
  RouterEntry,
  VpcCfg,
} from "./api/index.js";
import { NO_EXTERNAL_IPS } from "./api/index.js";
import { firewallRule, firewallRules } from "./firewall/firewall-rules.js";
import { gatewayRules } from "./gateway/gateway-rules.js";
import type { VpcMappings } from "./mapping/vpc-mappings.js";
import { natRules } from "./nat/nat-rules.js";
import { overlayRules } from "./overlay/overlay-rules.js";
import { MULTICAST_RULE, routerRule } from "./router/router-rules.js";
import { VpcLayer, vpcLayerSpecs } from "./vpc-layers.js";
import { VpcNetwork } from "./vpc-network.js";

/** What a VPC port is made from. */
export interface VpcPortConfig extends VpcCfg {
  readonly name: string;
  /** Advertised to the guest, in bytes. */
  readonly mtu: number;
  readonly limits: PortLimits;
}

/** External addresses of both families; an absent family loses all of its own. */
export interface ExternalIps {
  readonly externalIpsV4?: ExternalIpv4Cfg;
  readonly externalIpsV6?: ExternalIpv6Cfg;
  readonly inetGwMap?: InternetGatewayMap;
}

/** A port in state *ready*, without routes but for multicast and without firewall rules. */
export class VpcPort {
  /** The engine's port: packets, life cycle, dumps. */
  readonly port: Port;

  readonly #cfg: VpcPortConfig;
  readonly #mappings: VpcMappings;
  #ipCfg: IpCfg;
  #gateways: InternetGatewayMap | undefined = undefined;

  /** Makes the port, and maps its private addresses to its guest. */
  constructor(cfg: VpcPortConfig, mappings: VpcMappings, providers: Providers) {
    this.#cfg = cfg;
    this.#mappings = mappings;
    this.#ipCfg = cfg.ipCfg;
    const builder = new PortBuilder(cfg.name, cfg.guestMac, providers);
    for (const spec of vpcLayerSpecs(cfg.limits)) builder.addLayer(spec, { at: "last" });
    const addRules = (layer: VpcLayer, rules: RulePair): void => {
      for (const rule of rules.in) builder.addRule(layer, "in", rule);
      for (const rule of rules.out) builder.addRule(layer, "out", rule);
    };
    addRules(VpcLayer.Gateway, this.#gatewayRules());
    addRules(VpcLayer.Router, { in: [], out: [MULTICAST_RULE] });
    addRules(VpcLayer.Nat, this.#natRules());
    addRules(VpcLayer.Overlay, overlayRules(cfg, mappings));
    this.port = builder.create(new VpcNetwork(cfg), { uft: cfg.limits.uft, tcp: cfg.limits.tcp });
    for (const family of [cfg.ipCfg.ipv4, cfg.ipCfg.ipv6]) {
      if (family === undefined) continue;
      mappings.v2p.set(family.privateIp, { ether: cfg.guestMac, ip: cfg.physIp, vni: cfg.vni });
    }
  }

  setFirewallRules(rules: readonly FirewallRule[]): void {
    this.port.setRules(VpcLayer.Firewall, firewallRules(rules));
  }

  addFirewallRule(rule: FirewallRule): number {
    return this.port.addRule(VpcLayer.Firewall, rule.direction, firewallRule(rule));
  }

  removeFirewallRule(dir: Direction, id: number): void {
    this.port.removeRule(VpcLayer.Firewall, dir, id);
  }

  addRouterEntry(entry: RouterEntry): number {
    return this.port.addRule(VpcLayer.Router, "out", routerRule(entry));
  }

  delRouterEntry(entry: RouterEntry): DelRouterEntryResp {
    const id = this.port.findRule(VpcLayer.Router, "out", routerRule(entry));
    if (id === undefined) return { kind: "notFound" };
    this.port.removeRule(VpcLayer.Router, "out", id);
    return { kind: "ok" };
  }

  setExternalIps({ externalIpsV4, externalIpsV6, inetGwMap }: ExternalIps): void {
    const { ipv4, ipv6 } = this.#ipCfg;
    if (externalIpsV4 !== undefined && ipv4 === undefined) throw new OpteError({ kind: "InvalidIpCfg" });
    if (externalIpsV6 !== undefined && ipv6 === undefined) throw new OpteError({ kind: "InvalidIpCfg" });
    const ipCfg = joined(
      ipv4 && { ...ipv4, externalIps: externalIpsV4 ?? NO_EXTERNAL_IPS },
      ipv6 && { ...ipv6, externalIps: externalIpsV6 ?? NO_EXTERNAL_IPS },
    );
    this.#apply(ipCfg, inetGwMap, () => {
      this.port.setRulesSoft(VpcLayer.Nat, this.#natRules());
    });
  }

  allowCidr(cidr: IpCidr, dir: Direction): void {
    this.#changeTransit(cidr, (held) => ({
      cidr,
      allowIn: dir === "in" || (held?.allowIn ?? false),
      allowOut: dir === "out" || (held?.allowOut ?? false),
    }));
  }

  removeCidr(cidr: IpCidr, dir: Direction): RemoveCidrResp {
    const held = this.#family(cidr).transitIps.find((each) => IpCidr.equals(each.cidr, cidr));
    this.#changeTransit(cidr, () => {
      const allowIn = dir !== "in" && (held?.allowIn ?? false);
      const allowOut = dir !== "out" && (held?.allowOut ?? false);
      return allowIn || allowOut ? { cidr, allowIn, allowOut } : undefined;
    });
    return held === undefined ? { kind: "notFound" } : { kind: "ok", cidr };
  }

  attachSubnet(cidr: IpCidr, { isExternal }: { readonly isExternal: boolean }): void {
    const held = this.#family(cidr).attachedSubnets.find((each) => IpCidr.equals(each.cidr, cidr));
    if (held?.isExternal === isExternal) return;
    this.#changeAttached(cidr, { cidr, isExternal });
  }

  detachSubnet(cidr: IpCidr): DetachSubnetResp {
    const held = this.#family(cidr).attachedSubnets.find((each) => IpCidr.equals(each.cidr, cidr));
    if (held === undefined) return { kind: "notFound" };
    this.#changeAttached(cidr, undefined);
    return { kind: "ok", cidr };
  }

  #changeTransit(cidr: IpCidr, change: (held: AnyTransitIp | undefined) => AnyTransitIp | undefined): void {
    const family = this.#family(cidr);
    const held = family.transitIps.find((each) => IpCidr.equals(each.cidr, cidr));
    const transitIps = withEntry(family.transitIps, cidr, change(held));
    this.#apply(this.#withFamily({ ...family, transitIps }), this.#gateways, () => {
      this.port.setRules(VpcLayer.Gateway, this.#gatewayRules());
    });
  }

  #changeAttached(cidr: IpCidr, entry: AnyAttachedSubnet | undefined): void {
    const family = this.#family(cidr);
    const attachedSubnets = withEntry(family.attachedSubnets, cidr, entry);
    this.#apply(this.#withFamily({ ...family, attachedSubnets }), this.#gateways, () => {
      this.port.setRulesSoft(VpcLayer.Nat, this.#natRules());
      this.port.setRules(VpcLayer.Gateway, this.#gatewayRules());
    });
  }

  #apply(ipCfg: IpCfg, gateways: InternetGatewayMap | undefined, install: () => void): void {
    const before = [this.#ipCfg, this.#gateways] as const;
    this.#ipCfg = ipCfg;
    this.#gateways = gateways;
    try {
      install();
    } catch (error) {
      [this.#ipCfg, this.#gateways] = before;
      throw error;
    }
  }

  #family(of: { readonly family: 4 | 6 }): AnyFamilyCfg {
    const cfg = of.family === 4 ? this.#ipCfg.ipv4 : this.#ipCfg.ipv6;
    if (cfg === undefined) throw new OpteError({ kind: "InvalidIpCfg" });
    return cfg as AnyFamilyCfg;
  }

  #withFamily(cfg: AnyFamilyCfg): IpCfg {
    return (cfg.privateIp.family === 4 ? { ...this.#ipCfg, ipv4: cfg } : { ...this.#ipCfg, ipv6: cfg }) as IpCfg;
  }

  #isAssigned(ip: IpAddr): boolean {
    const { externalIps } = this.#family(ip);
    return [externalIps.ephemeralIp, ...externalIps.floatingIps].some((held) => held !== undefined && IpAddr.equals(held, ip));
  }

  #gatewayRules(): RulePair {
    return gatewayRules({ ...this.#cfg, ipCfg: this.#ipCfg }, this.#cfg.mtu, this.#mappings.v2p);
  }

  #natRules(): RulePair {
    return natRules(this.#ipCfg, this.#gateways, (ip) => this.#isAssigned(ip));
  }
}

type AnyFamilyCfg = IpFamilyCfg<IpAddr, IpCidr>;
type AnyTransitIp = AnyFamilyCfg["transitIps"][number];
type AnyAttachedSubnet = AnyFamilyCfg["attachedSubnets"][number];

function joined(ipv4: IpCfg["ipv4"], ipv6: IpCfg["ipv6"]): IpCfg {
  return { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) } as IpCfg;
}

function withEntry<Entry extends { readonly cidr: IpCidr }>(entries: readonly Entry[], cidr: IpCidr, entry: Entry | undefined): Entry[] {
  const others = entries.filter((each) => !IpCidr.equals(each.cidr, cidr));
  if (entry !== undefined) others.push(entry);
  return others.sort((a, b) => IpCidr.compare(a.cidr, b.cidr));
}
