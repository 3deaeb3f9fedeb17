// Guests of one address family, in typed arrays: a million of them are nothing that the garbage collector could see.
//
// A guest is found by its address, followed by its VNI: so the VPCs that have an address stand together, in ascending order.
//
//   guest (words):  0 VNI | 1-2 MAC address | 3-6 underlay address

import { MacAddr, type Ipv6Addr, Vni } from "opte-api";
import type { GuestPhysAddr } from "../api/model.js";
import { ipv6Of } from "./address-words.js";
import { NO_VALUE, PrefixTrie } from "./prefix-trie.js";
import { RecordPool } from "./record-pool.js";

const VNI = 0;
const MAC = 1;
const UNDERLAY = 3;
const GUEST_WORDS = 7;

/** Maps an address in a VPC to where the guest is. */
export class GuestTable {
  readonly #addressWords: number;
  /** Values are numbers of guests. */
  readonly #index: PrefixTrie;
  readonly #guests: RecordPool = new RecordPool(GUEST_WORDS);
  readonly #key: Uint32Array;

  /** @param addressWords 32-bit words of an address */
  constructor(addressWords: number) {
    this.#addressWords = addressWords;
    this.#index = new PrefixTrie(addressWords + 1);
    this.#key = new Uint32Array(addressWords + 1);
  }

  set(address: readonly number[], vni: Vni, ether: MacAddr, underlay: Ipv6Addr): void {
    const known = this.#find(address, vni);
    const guest = known === NO_VALUE ? this.#guests.allocate() : known;
    if (known === NO_VALUE) this.#index.set(this.#key, this.#keyBits, guest);
    this.#guests.set(guest, VNI, vni);
    this.#guests.set(guest, MAC, ether.hi);
    this.#guests.set(guest, MAC + 1, ether.lo);
    underlay.words.forEach((word, i) => this.#guests.set(guest, UNDERLAY + i, word));
  }

  remove(address: readonly number[], vni: Vni): void {
    if (this.#find(address, vni) !== NO_VALUE) this.#guests.free(this.#index.remove(this.#key, this.#keyBits));
  }

  get(address: readonly number[], vni: Vni): GuestPhysAddr | undefined {
    const guest = this.#find(address, vni);
    return guest === NO_VALUE ? undefined : this.#phys(guest);
  }

  /** The lowest VNI that has `address`. */
  lowestVni(address: readonly number[]): Vni | undefined {
    const guest = this.#index.first(address, 32 * this.#addressWords);
    return guest === NO_VALUE ? undefined : Vni.of(this.#guests.get(guest, VNI));
  }

  /** Visits the guests in ascending order of address, then of VNI. */
  forEach(visit: (address: readonly number[], vni: Vni, phys: GuestPhysAddr) => void): void {
    this.#index.forEach((key, _length, guest) => visit(key, Vni.of(this.#guests.get(guest, VNI)), this.#phys(guest)));
  }

  get #keyBits(): number {
    return 32 * this.#key.length;
  }

  /** Leaves the key in `#key`. */
  #find(address: readonly number[], vni: Vni): number {
    this.#key.set(address);
    this.#key[this.#addressWords] = vni;
    return this.#index.get(this.#key, this.#keyBits);
  }

  #phys(guest: number): GuestPhysAddr {
    const word = (at: number): number => this.#guests.get(guest, at);
    return {
      ether: MacAddr.fromWords(word(MAC), word(MAC + 1)),
      ip: ipv6Of([word(UNDERLAY), word(UNDERLAY + 1), word(UNDERLAY + 2), word(UNDERLAY + 3)]),
    };
  }
}
