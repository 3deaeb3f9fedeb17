// Where the guests of every VPC are (spec 04 §9.1).

import type { IpAddr, Ipv4Addr, Ipv6Addr, Vni } from "opte-api";
import type { FlowKey } from "opte-core";
import type { DumpVirt2PhysResp, GuestPhysAddr, PhysNet } from "../api/model.js";
import { ipv4Of, ipv6Of, wordsOf } from "./address-words.js";
import { GuestTable } from "./guest-table.js";

/** Maps VPC addresses to underlay addresses, for all VPCs of a sled. */
export class Virt2Phys {
  /** VPCs once named stay, even without a guest. */
  readonly #vnis: Set<Vni> = new Set();
  readonly #ip4: GuestTable = new GuestTable(1);
  readonly #ip6: GuestTable = new GuestTable(4);
  readonly #destination: Uint32Array = new Uint32Array(4);

  /** Says where `vip` is, anew if it was known. */
  set(vip: IpAddr, { vni, ether, ip }: PhysNet): void {
    this.#vnis.add(vni);
    this.#table(vip).set(wordsOf(vip), vni, ether, ip);
  }

  /** Forgets `vip` of one VPC. @returns where it was, if it was known */
  remove(vni: Vni, vip: IpAddr): GuestPhysAddr | undefined {
    const phys = this.get(vni, vip);
    if (phys !== undefined) this.#table(vip).remove(wordsOf(vip), vni);
    return phys;
  }

  /** Where `vip` of a VPC is, if it is known. */
  get(vni: Vni, vip: IpAddr): GuestPhysAddr | undefined {
    return this.#table(vip).get(wordsOf(vip), vni);
  }

  /** The lowest VNI of a VPC that has `vip`. */
  lowestVni(vip: IpAddr): Vni | undefined {
    return this.#table(vip).lowestVni(wordsOf(vip));
  }

  /** {@link get} of a flow's destination. */
  getDestination(vni: Vni, flow: FlowKey): GuestPhysAddr | undefined {
    flow.readDestination(this.#destination);
    return this.#tableOf(flow.family).get(this.#destination, vni);
  }

  /** {@link lowestVni} of a flow's destination. */
  lowestVniOfDestination(flow: FlowKey): Vni | undefined {
    flow.readDestination(this.#destination);
    return this.#tableOf(flow.family).lowestVni(this.#destination);
  }

  dump(): DumpVirt2PhysResp {
    const vpcs = new Map(
      [...this.#vnis]
        .toSorted((a, b) => a - b)
        .map((vni) => [vni, { vni, ip4: new Array<Guest<Ipv4Addr>>(), ip6: new Array<Guest<Ipv6Addr>>() }]),
    );
    this.#ip4.forEach((words, vni, phys) => vpcs.get(vni)?.ip4.push([ipv4Of(words), phys]));
    this.#ip6.forEach((words, vni, phys) => vpcs.get(vni)?.ip6.push([ipv6Of(words), phys]));
    return { mappings: [...vpcs.values()] };
  }

  #table({ family }: IpAddr): GuestTable {
    return this.#tableOf(family);
  }

  #tableOf(family: number): GuestTable {
    return family === 4 ? this.#ip4 : this.#ip6;
  }
}

/** A line of a dump. */
type Guest<Ip> = readonly [vip: Ip, phys: GuestPhysAddr];
