// Random ports: what one is created with, and the address pools that its packets and commands are made from.

import { type IpAddr, IpCidr, Ipv6Addr, MacAddr, MulticastUnderlay, PortRange, Vni } from "opte-api";
import type { PortLimits } from "opte-core";
import {
  type ExternalIpCfg,
  GATEWAY_MAC,
  type InternetGatewayMap,
  IpCfg,
  type IpFamilyCfg,
  NO_DHCP_OPTIONS,
  type PortLimits as VpcLimits,
  type RouterEntry,
  type TunnelEndpoint,
  Uuid,
} from "../../src/api/index.js";
import type { VpcPortConfig } from "../../src/index.js";
import type { Random } from "../random.js";
import { type AddressPool, everyAddress, type Ipv4Pool, ipv4Pool, type Ipv6Pool, ipv6Pool } from "./address-pool.js";

/** A port to be, and its surroundings. */
export interface Scene {
  readonly config: VpcPortConfig;
  /** Of the families that the port has; commands try the other family, too. */
  readonly ipv4: Ipv4Pool;
  readonly ipv6: Ipv6Pool;
  readonly has4: boolean;
  readonly has6: boolean;
  readonly macs: readonly MacAddr[];
  readonly vnis: readonly Vni[];
}

/** The gateways that external addresses and routes may name. */
const GATEWAYS: readonly Uuid[] = [1, 2].map((n) => Uuid.parse(String(n).padStart(32, "0")));

const FLOW_LIMITS = [4, 64, 256, 2048, 2048];

/** Most ports of a SNAT range; few, so that pools run dry. */
const MAX_SNAT_PORTS = 24;

export function randomScene(random: Random): Scene {
  const ipv4 = ipv4Pool(random);
  const ipv6 = ipv6Pool(random);
  const families = random.of([[4], [6], [4, 6], [4, 6]]);
  const ipCfg = IpCfg.of(
    families.includes(4) ? familyCfg(random, ipv4) : undefined,
    families.includes(6) ? familyCfg(random, ipv6) : undefined,
  );
  if (ipCfg === undefined) throw new Error("A port needs a family");
  const guestMac = MacAddr.fromWords(0xa840, 0x25000000 + random.below(0x1000000));
  const vni = Vni.of(random.of([99, 77, random.below(Vni.MAX + 1)]));
  const config = {
    name: "fuzz0",
    ipCfg,
    guestMac,
    gatewayMac: GATEWAY_MAC,
    vni,
    physIp: Ipv6Addr.fromWords(0xfd000000, 0xf70101, 0, 1),
    dhcp: NO_DHCP_OPTIONS,
    mtu: 1500,
    limits: randomLimits(random),
  };
  return {
    config,
    ipv4,
    ipv6,
    has4: families.includes(4),
    has6: families.includes(6),
    macs: [guestMac, GATEWAY_MAC, MacAddr.BROADCAST, MacAddr.fromWords(0x0200, random.below(0x1000000))],
    vnis: [vni, vni, Vni.of(99), Vni.of(77), Vni.of(7)],
  };
}

/** External addresses: mostly some, sometimes none; their ranges of ports may be empty or begin with 0. */
export function randomExternalIps<Ip extends IpAddr>(
  random: Random,
  { external }: Pick<AddressPool<Ip, IpCidr>, "external">,
): ExternalIpCfg<Ip> {
  const first = random.of([0, 1, 1024, 65530, random.below(65536)]);
  const last = Math.min(65535, first + random.below(MAX_SNAT_PORTS + 1) - 1);
  const floatingIps = random.below(3) === 0 ? Array.from({ length: random.below(4) }, () => random.of(external)) : [];
  return {
    ...(random.below(4) === 0 ? {} : { snat: { externalIp: random.of(external), ports: range(first, last) } }),
    ...(random.below(4) === 0 ? { ephemeralIp: random.of(external) } : {}),
    floatingIps,
  };
}

export function randomGateways(random: Random, { ipv4, ipv6 }: Pick<Scene, "ipv4" | "ipv6">): InternetGatewayMap {
  return [...ipv4.external, ...ipv6.external]
    .filter(() => random.below(2) === 0)
    .map((ip) => [ip, GATEWAYS.filter(() => random.below(2) === 0)]);
}

export function randomRoute(random: Random, scene: Pick<Scene, "ipv4" | "ipv6">): RouterEntry {
  const pool = random.below(2) === 0 ? scene.ipv4 : scene.ipv6;
  const uuid = random.of(GATEWAYS);
  return {
    dest: pool.cidr(random),
    class: random.of(["system", "custom"]),
    target: random.of([
      () => ({ kind: "internetGateway" }) as const,
      () => ({ kind: "internetGateway" }) as const,
      () => ({ kind: "internetGateway", uuid }) as const,
      () => ({ kind: "vpcSubnet", cidr: pool.cidr(random) }) as const,
      () => ({ kind: "vpcSubnet", cidr: pool.cidr(random) }) as const,
      () => ({ kind: "ip", ip: random.of(everyAddress<IpAddr>(pool)) }) as const,
      () => ({ kind: "drop" }) as const,
    ])(),
  };
}

export function randomEndpoints(random: Random): TunnelEndpoint[] {
  return Array.from({ length: random.below(4) }, () => ({
    ip: Ipv6Addr.fromWords(0xfd000099, 0, 0, 1 + random.below(4)),
    vni: Vni.of(random.of([99, 98])),
  }));
}

export function randomUnderlayGroup(random: Random): MulticastUnderlay {
  return new MulticastUnderlay(Ipv6Addr.fromWords(0xff040000, 0, 0, random.below(4)));
}

function familyCfg<Ip extends IpAddr, Cidr extends IpCidr>(
  random: Random,
  pool: AddressPool<Ip, Cidr>,
): IpFamilyCfg<Ip, Cidr> {
  const { own: privateIp, gateway: gatewayIp, subnet: vpcSubnet } = pool;
  const flag = (): boolean => random.below(2) === 0;
  return {
    vpcSubnet,
    privateIp,
    gatewayIp,
    externalIps: randomExternalIps(random, pool),
    attachedSubnets: someCidrs(random, pool).map((cidr) => ({ cidr, isExternal: flag() })),
    transitIps: someCidrs(random, pool).map((cidr) => ({ cidr, allowIn: flag(), allowOut: flag() })),
  };
}

/** None to two CIDRs, in ascending order. */
function someCidrs<Ip extends IpAddr, Cidr extends IpCidr>(random: Random, pool: AddressPool<Ip, Cidr>): Cidr[] {
  const cidrs = Array.from({ length: random.below(3) }, () => pool.cidr(random));
  const distinct = new Map(cidrs.map((cidr) => [cidr.toString(), cidr]));
  return [...distinct.values()].toSorted((a, b) => IpCidr.compare(a, b));
}

function randomLimits(random: Random): VpcLimits & PortLimits {
  const flows = (): number => random.of(FLOW_LIMITS);
  return { uft: flows(), tcp: flows(), gateway: 1, firewall: flows(), router: 1, nat: flows(), overlay: 1 };
}

/** A range that may have no port at all: then its last is below its first. */
function range(first: number, last: number): PortRange {
  return last < first ? new PortRange(Math.max(first, 1), Math.max(first, 1) - 1) : new PortRange(first, last);
}
