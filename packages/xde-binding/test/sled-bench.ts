// Sleds on a bench, as the reference's system tests set them up (spec 05 §20): guests 10.0.0.1 to 3 of VNI 1000, virtual time.

import { IpCidr, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, MacAddr, Vni } from "opte-api";
import {
  type CreateXdeReq,
  FirewallRule,
  GATEWAY_MAC,
  IpCfg,
  NO_DHCP_OPTIONS,
  NO_EXTERNAL_IPS,
  RouterTarget,
} from "oxide-vpc/api";
import { type Link, MemoryLink, StatsRegistry, Xde, type XdeOptions } from "../src/index.js";

export const VNI = Vni.of(1000);

/** A guest of the bench. */
export interface Guest {
  readonly name: string;
  readonly ip4: Ipv4Addr;
  readonly ip6: Ipv6Addr;
  readonly mac: MacAddr;
  readonly physIp: Ipv6Addr;
}

/** Guest `n` of the VPC on the sled with this underlay address. */
export function guest(n: number, physIp: string): Guest {
  return {
    name: `opte${n - 1}`,
    ip4: Ipv4Addr.parse(`10.0.0.${n}`),
    ip6: Ipv6Addr.parse(`fd00::${n}`),
    mac: MacAddr.parse(`a8:40:25:ff:00:0${n}`),
    physIp: Ipv6Addr.parse(physIp),
  };
}

/** What `CreateXde` asks for a guest. */
export function createReq({ name, ip4, ip6, mac, physIp }: Guest, families: readonly (4 | 6)[] = [4, 6]): CreateXdeReq {
  const ipCfg = IpCfg.of(
    families.includes(4)
      ? {
          vpcSubnet: Ipv4Cidr.parse("10.0.0.0/24"),
          privateIp: ip4,
          gatewayIp: Ipv4Addr.parse("10.0.0.254"),
          externalIps: NO_EXTERNAL_IPS,
          attachedSubnets: [],
          transitIps: [],
        }
      : undefined,
    families.includes(6)
      ? {
          vpcSubnet: Ipv6Cidr.parse("fd00::/64"),
          privateIp: ip6,
          gatewayIp: Ipv6Addr.parse("fd00::254"),
          externalIps: NO_EXTERNAL_IPS,
          attachedSubnets: [],
          transitIps: [],
        }
      : undefined,
  );
  if (ipCfg === undefined) throw new Error("A port needs a family");
  const cfg = { ipCfg, guestMac: mac, gatewayMac: GATEWAY_MAC, vni: VNI, physIp, dhcp: NO_DHCP_OPTIONS };
  return { linkid: 0, xdeDevname: name, cfg };
}

/** A device with its surroundings. */
export class SledBench {
  readonly xde: Xde;
  readonly stats: StatsRegistry = new StatsRegistry();
  nowMs = 1_000_000;

  /** @param links the links that it finds by name */
  constructor(links: readonly Link[], options: Omit<XdeOptions, "providers" | "links"> = {}) {
    this.xde = new Xde({
      providers: { clock: { nowMs: () => this.nowMs }, stats: this.stats },
      links: (name) => links.find((link) => link.name === name),
      ...options,
    });
  }

  /** A sled whose underlay is `u1` and `u2`, and that finds a `thin` link too, with an MTU of 1500. */
  static async withUnderlay(): Promise<SledBench> {
    const bench = new SledBench([
      ...MemoryLink.pair("u1", "far1"),
      ...MemoryLink.pair("u2", "far2"),
      ...MemoryLink.pair("thin", "far3", { mtu: 1500 }),
    ]);
    await bench.underlay("u1", "u2");
    return bench;
  }

  /** Takes the links of these names. */
  async underlay(u1: string, u2: string): Promise<void> {
    await this.xde.handlers.SetXdeUnderlay({ u1, u2 });
  }

  /** Creates the port of a guest, with routes to the subnet and everything let in. */
  async create(of: Guest, families?: readonly (4 | 6)[]): Promise<void> {
    const { handlers } = this.xde;
    await handlers.CreateXde(createReq(of, families));
    const portName = of.name;
    for (const subnet of ["10.0.0.0/24", "fd00::/64"]) {
      const dest = IpCidr.parse(subnet);
      const target = RouterTarget.parse(`${dest.family === 4 ? "sub4" : "sub6"}=${subnet}`);
      await handlers.AddRouterEntry({ portName, dest, target, class: "system" });
    }
    const rules = [FirewallRule.parse("dir=in action=allow priority=10")];
    await handlers.SetFwRules({ portName, rules });
  }

  /** Says where guests of other sleds are. */
  async knows(...guests: readonly Guest[]): Promise<void> {
    for (const { ip4, ip6, mac, physIp } of guests) {
      for (const vip of [ip4, ip6]) {
        await this.xde.handlers.SetVirt2Phys({ vip, phys: { ether: mac, ip: physIp, vni: VNI } });
      }
    }
  }

  /** A counter, by default one of the device. */
  stat(field: string, block = "xde"): number {
    const value = this.stats.snapshot().get(`xde:${block}`)?.[field];
    if (value === undefined) throw new Error(`There is no counter "${field}" in "${block}"`);
    return value;
  }
}
