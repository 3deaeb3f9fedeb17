// A port of a VPC: the engine's port, and the configuration that its rules are made from (spec 04 §2).

import { type Direction, type IpAddr, type IpCidr, type MacAddr, OpteError, type Uint64 } from "opte-api";
import {
  inOneGo,
  type IsAssigned,
  type MemoryRoom,
  type Port,
  PortBuilder,
  type Providers,
  type SnapshotExtent,
} from "opte-core";
import {
  hasOwnExternalIp,
  withCidrAllowed,
  withCidrRemoved,
  withExternalIps,
  withSubnetAttached,
  withSubnetDetached,
} from "./addressing.js";
import type {
  AttachSubnetReq,
  DelRouterEntryResp,
  DetachSubnetResp,
  FirewallRule,
  InternetGatewayMap,
  IpCfg,
  PortConfig,
  RemoveCidrResp,
  RouterEntry,
  SetExternalIpsReq,
  VpcCfg,
} from "./api/model.js";
import { firewallRules } from "./firewall/firewall-rules.js";
import { gatewayRules } from "./gateway/gateway-rules.js";
import type { VpcMappings } from "./mapping/vpc-mappings.js";
import { natRules, type NatRules } from "./nat/nat-rules.js";
import { overlayRules } from "./overlay/overlay-rules.js";
import { MULTICAST_RULE, routerRule } from "./router/router-rules.js";
import { RuleSources } from "./snapshot/rule-sources.js";
import { type MadeRules, VpcDecoder, VpcEncoder } from "./snapshot/vpc-codec.js";
import { readStocks, type VpcPortDraft, type VpcPortSnapshot, vpcSnapshotWriter } from "./snapshot/vpc-snapshot.js";
import { VpcLayer, vpcLayerSpecs } from "./vpc-layers.js";
import { VpcNetwork } from "./vpc-network.js";

/** What a port is created with. */
export type VpcPortConfig = VpcCfg & Pick<PortConfig, "name" | "mtu" | "limits">;

/**
 * A port and its configuration. Every command either does all that it says or throws and changes nothing. A command that changes rules
 * needs the port to be ready or running, else it throws OpteError `BadState`.
 */
export class VpcPort {
  /** The engine's port: for frames, life cycle and dumps. */
  readonly port: Port;

  readonly #settings: VpcPortConfig;
  readonly #mappings: VpcMappings;
  #ipCfg: IpCfg;
  /** As given with the last external addresses; rules that are made anew need it. */
  #gateways: InternetGatewayMap | undefined;
  readonly #isAssigned: IsAssigned = (ip) => hasOwnExternalIp(this.#ipCfg, ip);
  readonly #sources: RuleSources = new RuleSources();
  /** The rules that the port makes of its configuration, as they stand in its layers. */
  #made: MadeRules & { readonly nat: NatRules };
  /** What the NAT rules among them are made from. */
  #natGateways: InternetGatewayMap | undefined;

  /**
   * Makes a port, in state *ready*, with no firewall rules and no routes, and maps its private addresses to the sled.
   *
   * @param draft what the port goes on from, for `restoreVpcPort`
   * @throws OpteError `BadName`, `PortCreate`
   */
  constructor(settings: VpcPortConfig, mappings: VpcMappings, providers: Providers, draft?: VpcPortDraft) {
    if (settings.name.includes("\0")) throw new OpteError({ kind: "BadName" });
    this.#settings = settings;
    this.#mappings = mappings;
    this.#ipCfg = settings.ipCfg;
    this.#gateways = draft?.gateways;
    this.#natGateways = draft?.natGateways;
    this.#made = {
      gateway: gatewayRules(this.cfg, settings.mtu, mappings.v2p),
      nat: this.#natRules(this.#ipCfg, this.#natGateways),
      overlay: overlayRules(this.cfg, mappings),
    };
    const builder = this.#builder(providers);
    const network = new VpcNetwork(this.cfg);
    const { limits } = settings;
    this.port = draft === undefined ? builder.create(network, limits) : this.#restore(builder, network, draft);
    const phys = { ether: settings.guestMac, ip: settings.physIp, vni: settings.vni };
    for (const ip of this.#privateIps()) mappings.v2p.set(ip, phys);
  }

  get name(): string {
    return this.#settings.name;
  }

  get mac(): MacAddr {
    return this.#settings.guestMac;
  }

  /** The configuration as it stands now. */
  get cfg(): VpcCfg {
    const { guestMac, gatewayMac, vni, physIp, dhcp } = this.#settings;
    return { ipCfg: this.#ipCfg, guestMac, gatewayMac, vni, physIp, dhcp };
  }

  /** {@link cfg}, and what else the port was made with. */
  get config(): VpcPortConfig {
    const { name, mtu, limits } = this.#settings;
    return { ...this.cfg, name, mtu, limits };
  }

  /**
   * Forgets where the port's private addresses are — unless they are said to be elsewhere by now, as after a migration — and withdraws its
   * counters. The port must not be used afterwards.
   */
  close(): void {
    const { vni, guestMac, physIp } = this.#settings;
    const { v2p } = this.#mappings;
    for (const ip of this.#privateIps()) {
      const phys = v2p.get(vni, ip);
      if (phys?.ether.equals(guestMac) === true && phys.ip.equals(physIp)) v2p.remove(vni, ip);
    }
    this.port.close();
  }

  /** Replaces all firewall rules; every flow has to pass the new ones with its next packet. */
  setFirewallRules(rules: readonly FirewallRule[]): void {
    const made = firewallRules(rules, (rule) => this.#sources.firewallRule(rule));
    this.port.setRules(VpcLayer.Firewall, made);
  }

  /** Adds a firewall rule; flows that have been let in go on. @returns the rule's id in its direction */
  addFirewallRule(rule: FirewallRule): number {
    return this.port.addRule(VpcLayer.Firewall, rule.direction, this.#sources.firewallRule(rule));
  }

  /** Removes a firewall rule; flows that have been let in go on. @throws OpteError `RuleNotFound` */
  removeFirewallRule(dir: Direction, id: Uint64): void {
    this.port.removeRule(VpcLayer.Firewall, dir, id);
  }

  /**
   * Adds a route; one that is there already is added again.
   *
   * @returns the id of its rule
   * @throws OpteError `InvalidRouterEntry`
   */
  addRouterEntry(entry: RouterEntry): number {
    return this.port.addRule(VpcLayer.Router, "out", this.#sources.routerRule(entry));
  }

  /**
   * Removes the first route to `entry.dest` in order of priority. Its target and class do not count, but the entry must be a valid one.
   *
   * @throws OpteError `InvalidRouterEntry`
   */
  delRouterEntry(entry: RouterEntry): DelRouterEntryResp {
    const id = this.port.findRule(VpcLayer.Router, "out", routerRule(entry));
    if (id === undefined) return { kind: "notFound" };
    this.port.removeRule(VpcLayer.Router, "out", id);
    return { kind: "ok" };
  }

  /**
   * Replaces all external addresses: those of a family that are absent are taken away. Flows keep an address that stays, but flows through
   * SNAT begin anew. The gateway map is remembered for later changes of subnets, as in the reference even when the call fails
   * (vectors/FORMAT.md, `set_external_ips`).
   *
   * @throws OpteError `InvalidIpCfg` for addresses of a family that the port has not
   */
  setExternalIps({ externalIpsV4, externalIpsV6, inetGwMap }: Omit<SetExternalIpsReq, "portName">): void {
    this.#gateways = inetGwMap;
    const ipCfg = withExternalIps(this.#ipCfg, externalIpsV4, externalIpsV6);
    this.#setNatRules(ipCfg, inetGwMap);
    this.#ipCfg = ipCfg;
  }

  /** Lets a CIDR pass through the guest in one direction. @throws OpteError `InvalidIpCfg` */
  allowCidr(cidr: IpCidr, dir: Direction): void {
    this.#setGatewayRules(withCidrAllowed(this.#ipCfg, cidr, dir));
  }

  /**
   * Lets a CIDR pass no more in one direction. Says *ok* for a CIDR that was allowed in the other direction only.
   *
   * @throws OpteError `InvalidIpCfg`
   */
  removeCidr(cidr: IpCidr, dir: Direction): RemoveCidrResp {
    const ipCfg = withCidrRemoved(this.#ipCfg, cidr, dir);
    // As in the reference, rules are made anew even for a CIDR that nobody knows
    this.#setGatewayRules(ipCfg ?? this.#ipCfg);
    return ipCfg === undefined ? { kind: "notFound" } : { kind: "ok", cidr };
  }

  /** Makes a subnet the guest's. @throws OpteError `InvalidIpCfg` */
  attachSubnet(cidr: IpCidr, { isExternal }: AttachSubnetReq["cfg"]): void {
    const ipCfg = withSubnetAttached(this.#ipCfg, cidr, isExternal);
    if (ipCfg !== undefined) this.#setSubnets(ipCfg);
  }

  /** Takes a subnet from the guest. @throws OpteError `InvalidIpCfg` */
  detachSubnet(cidr: IpCidr): DetachSubnetResp {
    const ipCfg = withSubnetDetached(this.#ipCfg, cidr);
    if (ipCfg === undefined) return { kind: "notFound" };
    this.#setSubnets(ipCfg);
    return { kind: "ok", cidr };
  }

  /**
   * The port as plain data, from which {@link restoreVpcPort} makes a port that goes on as this one would, in another process and by
   * another clock. The port stays as it is. Mappings are the sled's, and not in it.
   *
   * @param extent `rules` for the configuration alone, with rules under their ids, and no flows and counters
   * @throws OpteError `System` if there are rules that were added to {@link port} past the commands of this class
   */
  snapshot(extent: SnapshotExtent = "all"): VpcPortSnapshot {
    return inOneGo(this.#copy(extent)());
  }

  /**
   * {@link snapshot} with pauses between slices of the work, in which the port may go on: for ports with many flows. The snapshot is of one
   * moment, in the slice that copies the port's tables.
   */
  *snapshotInSlices(): Generator<undefined, VpcPortSnapshot> {
    const room = yield* this.port.roomForCopy();
    const write = this.#copy("all", room);
    yield;
    return yield* write();
  }

  /** @returns writes down what was copied */
  #copy(extent: SnapshotExtent, room?: MemoryRoom): () => Generator<undefined, VpcPortSnapshot> {
    const { stocks } = this.#made.nat;
    const pools = stocks.map((stock) => stock.pools);
    const encoder = new VpcEncoder(this.#sources, this.#made, pools);
    const copy = this.port.copy(encoder, extent, room);
    const { name, mtu, limits } = this.#settings;
    const { firewallRules: rules, routes } = encoder;
    const config = { ...this.cfg, name, mtu, limits, firewallRules: rules, routes, v2p: [], v2b: [], m2p: [] };
    const image = { config, gateways: this.#gateways, natGateways: this.#natGateways };
    const seal = vpcSnapshotWriter(image, extent === "all" ? stocks : undefined);
    return function* write(): Generator<undefined, VpcPortSnapshot> {
      return seal(yield* copy.write());
    };
  }

  #restore(builder: PortBuilder, network: VpcNetwork, { config, freePorts, port }: VpcPortDraft): Port {
    const { stocks } = this.#made.nat;
    readStocks(freePorts, stocks);
    const decoder = new VpcDecoder({
      sources: this.#sources,
      firewallRules: config.firewallRules,
      routes: config.routes,
      made: this.#made,
      pools: stocks.map((stock) => stock.pools),
      isAssigned: this.#isAssigned,
    });
    return builder.restore(network, config.limits, port, decoder);
  }

  #builder(providers: Providers): PortBuilder {
    const { name, limits, guestMac } = this.#settings;
    const { gateway, nat, overlay } = this.#made;
    const builder = new PortBuilder(name, guestMac, providers);
    // As in the reference, the NAT layer alone gets its first rules at once, which its counters show
    for (const spec of vpcLayerSpecs(limits)) {
      builder.addLayer(spec.name === VpcLayer.Nat ? { ...spec, rules: nat } : spec, { at: "last" });
    }
    const rules = {
      [VpcLayer.Gateway]: gateway,
      [VpcLayer.Router]: { in: [], out: [MULTICAST_RULE] },
      [VpcLayer.Overlay]: overlay,
    };
    for (const [layer, pair] of Object.entries(rules)) {
      for (const rule of pair.in) builder.addRule(layer, "in", rule);
      for (const rule of pair.out) builder.addRule(layer, "out", rule);
    }
    return builder;
  }

  #setSubnets(ipCfg: IpCfg): void {
    this.#setNatRules(ipCfg, this.#gateways);
    this.#setGatewayRules(ipCfg);
  }

  /** The first step of each change: it throws before anything is changed. */
  #setNatRules(ipCfg: IpCfg, gateways: InternetGatewayMap | undefined): void {
    const nat = this.#natRules(ipCfg, gateways);
    this.port.setRulesSoft(VpcLayer.Nat, nat);
    this.#made = { ...this.#made, nat };
    this.#natGateways = gateways;
  }

  #setGatewayRules(ipCfg: IpCfg): void {
    const gateway = gatewayRules({ ...this.cfg, ipCfg }, this.#settings.mtu, this.#mappings.v2p);
    this.port.setRules(VpcLayer.Gateway, gateway);
    this.#made = { ...this.#made, gateway };
    this.#ipCfg = ipCfg;
  }

  #natRules(ipCfg: IpCfg, gateways: InternetGatewayMap | undefined): NatRules {
    return natRules(ipCfg, gateways, this.#isAssigned);
  }

  #privateIps(): IpAddr[] {
    const { ipv4, ipv6 } = this.#ipCfg;
    return [ipv4?.privateIp, ipv6?.privateIp].filter((ip) => ip !== undefined);
  }
}
