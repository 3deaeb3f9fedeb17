// What the properties need to know of a port's configuration, kept apart from the port itself.

import type { Direction, IpAddr, IpCidr, Vni } from "opte-api";
import type { FlowKey, Frame } from "opte-core";
import type { InternetGatewayMap } from "../../src/api/index.js";
import type { VpcPortConfig } from "../../src/index.js";
import { addressIs, cidrHas, FirewallModel } from "./firewall-model.js";

/** A port's configuration as the fuzz has set it. */
export class PortModel {
  readonly firewall: FirewallModel = new FirewallModel();
  /** CIDRs that may pass through the guest, by text. */
  readonly transit: Readonly<Record<Direction, Map<string, IpCidr>>> = { in: new Map(), out: new Map() };
  readonly attached: Map<string, IpCidr> = new Map();
  /** As the address translation has them. */
  gateways: InternetGatewayMap | undefined = undefined;
  /** As they were given last, though the call was refused: they count when subnets change (vectors/FORMAT.md, `set_external_ips`). */
  givenGateways: InternetGatewayMap | undefined = undefined;
  readonly #guestMacBytes: Uint8Array;
  readonly #own: readonly IpAddr[];
  readonly #guests: Map<string, Set<Vni>> = new Map();

  constructor({ ipCfg, guestMac, vni }: VpcPortConfig) {
    this.#guestMacBytes = guestMac.bytes;
    this.#own = [ipCfg.ipv4?.privateIp, ipCfg.ipv6?.privateIp].filter((ip) => ip !== undefined);
    for (const family of [ipCfg.ipv4, ipCfg.ipv6]) {
      if (family === undefined) continue;
      this.addGuest(family.privateIp, vni);
      for (const { cidr } of family.attachedSubnets) this.attached.set(cidr.toString(), cidr);
      for (const { cidr, allowIn, allowOut } of family.transitIps) {
        if (allowIn) this.transit.in.set(cidr.toString(), cidr);
        if (allowOut) this.transit.out.set(cidr.toString(), cidr);
      }
    }
  }

  addGuest(vip: IpAddr, vni: Vni): void {
    const vnis = this.#guests.get(vip.toString());
    if (vnis === undefined) this.#guests.set(vip.toString(), new Set([vni]));
    else vnis.add(vni);
  }

  removeGuest(vip: IpAddr, vni: Vni): void {
    this.#guests.get(vip.toString())?.delete(vni);
  }

  /** The VNI that the gateway tags packets to `dst` with: the lowest of those that know the address. */
  vniOf(dst: IpAddr): number | undefined {
    const vnis = this.#guests.get(dst.toString());
    return vnis === undefined || vnis.size === 0 ? undefined : Math.min(...vnis);
  }

  /** Whether the guest may send a packet with this source address (spec 04 §3, §7). */
  maySendFrom(flow: FlowKey): boolean {
    return (
      this.#own.some((ip) => addressIs(ip, flow, 0)) ||
      [...this.attached.values(), ...this.transit.out.values()].some((cidr) => cidrHas(cidr, flow, 0))
    );
  }

  /** Whether a frame has the guest's source MAC address. */
  isOwnMac({ bytes, start }: Frame): boolean {
    return this.#guestMacBytes.every((byte, i) => bytes[start + 6 + i] === byte);
  }
}
