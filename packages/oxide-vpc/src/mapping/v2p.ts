// Where the guests of every VPC are (spec 04 §9.1).

import type { IpAddr, Ipv4Addr, Ipv6Addr, Vni } from "opte-api";
import type { DumpVirt2PhysResp, GuestPhysAddr, PhysNet, VpcMapResp } from "../api/model.js";
import { ipKey, type IpKey } from "./ip-key.js";

/** Maps VPC addresses to underlay addresses, for all VPCs of a sled. */
export class Virt2Phys {
  /** VPCs once named stay, even without a guest. */
  readonly #vpcs: Map<Vni, VpcGuests> = new Map();
  /** For each address the VPCs that have it, in ascending order: a look-up across VPCs must not visit them all. */
  readonly #vnis: Map<IpKey, readonly Vni[]> = new Map();

  /** Says where `vip` is, anew if it was known. */
  set(vip: IpAddr, { vni, ether, ip }: PhysNet): void {
    let guests = this.#vpcs.get(vni);
    if (guests === undefined) {
      guests = new VpcGuests();
      this.#vpcs.set(vni, guests);
    }
    if (!guests.set(vip, { ether, ip })) return;
    const key = ipKey(vip);
    this.#vnis.set(
      key,
      [...(this.#vnis.get(key) ?? []), vni].toSorted((a, b) => a - b),
    );
  }

  /** Forgets `vip` of one VPC. @returns where it was, if it was known */
  remove(vni: Vni, vip: IpAddr): GuestPhysAddr | undefined {
    const phys = this.#vpcs.get(vni)?.remove(vip);
    if (phys === undefined) return undefined;
    const key = ipKey(vip);
    const rest = (this.#vnis.get(key) ?? []).filter((each) => each !== vni);
    if (rest.length === 0) this.#vnis.delete(key);
    else this.#vnis.set(key, rest);
    return phys;
  }

  /** Where `vip` of a VPC is, if it is known. */
  get(vni: Vni, vip: IpAddr): GuestPhysAddr | undefined {
    return this.#vpcs.get(vni)?.get(vip);
  }

  /** The lowest VNI of a VPC that has `vip`. */
  lowestVni(vip: IpAddr): Vni | undefined {
    return this.#vnis.get(ipKey(vip))?.[0];
  }

  dump(): DumpVirt2PhysResp {
    const vpcs = [...this.#vpcs].toSorted(([a], [b]) => a - b);
    return { mappings: vpcs.map(([vni, guests]) => guests.dump(vni)) };
  }
}

/** The guests of one VPC. */
class VpcGuests {
  readonly #ip4: Map<IpKey, readonly [Ipv4Addr, GuestPhysAddr]> = new Map();
  readonly #ip6: Map<IpKey, readonly [Ipv6Addr, GuestPhysAddr]> = new Map();

  /** @returns whether the address is new */
  set(vip: IpAddr, phys: GuestPhysAddr): boolean {
    const key = ipKey(vip);
    const isNew = this.get(vip) === undefined;
    if (vip.family === 4) this.#ip4.set(key, [vip, phys]);
    else this.#ip6.set(key, [vip, phys]);
    return isNew;
  }

  get(vip: IpAddr): GuestPhysAddr | undefined {
    return (vip.family === 4 ? this.#ip4 : this.#ip6).get(ipKey(vip))?.[1];
  }

  remove(vip: IpAddr): GuestPhysAddr | undefined {
    const phys = this.get(vip);
    (vip.family === 4 ? this.#ip4 : this.#ip6).delete(ipKey(vip));
    return phys;
  }

  dump(vni: Vni): VpcMapResp {
    return {
      vni,
      ip4: [...this.#ip4.values()].toSorted(([a], [b]) => a.compare(b)),
      ip6: [...this.#ip6.values()].toSorted(([a], [b]) => a.compare(b)),
    };
  }
}
