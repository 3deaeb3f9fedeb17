// Guests of one address family, in typed arrays: a million of them are nothing that the garbage collector could see.
//
// A guest is found by the hash of its address and VNI, and the first of all VPCs that have an address by the hash of that. A trie keeps
// the order: by address, followed by the VNI, so that the VPCs that have an address stand together.
//
//   guest (words):  0 VNI | 1-2 MAC address | 3-6 underlay address | 7… address

import { MacAddr, type Ipv6Addr, Vni } from "opte-api";
import type { GuestPhysAddr } from "../api/model.js";
import { ipv6Of } from "./address-words.js";
import { HashChains, NO_ENTRY } from "./hash-chains.js";
import { type Bits, NO_VALUE, PrefixTrie } from "./prefix-trie.js";
import { RecordPool } from "./record-pool.js";

const VNI = 0;
const MAC = 1;
const UNDERLAY = 3;
const ADDRESS = 7;

/** How many guests are kept as objects; a power of two. */
const RECENT = 1024;

/** Maps an address in a VPC to where the guest is. */
export class GuestTable {
  readonly #addressWords: number;
  /** Values are numbers of guests. */
  readonly #order: PrefixTrie;
  readonly #byGuest: HashChains = new HashChains();
  /** The guest with the lowest VNI of each address. */
  readonly #byAddress: HashChains = new HashChains();
  readonly #guests: RecordPool;
  readonly #key: Uint32Array;
  /** Guests that were asked for of late, each in the place that the end of its number names. */
  readonly #recent: (readonly [guest: number, GuestPhysAddr] | undefined)[] = Array.from({ length: RECENT });

  /** @param addressWords 32-bit words of an address */
  constructor(addressWords: number) {
    this.#addressWords = addressWords;
    this.#order = new PrefixTrie(addressWords + 1);
    this.#guests = new RecordPool(ADDRESS + addressWords);
    this.#key = new Uint32Array(addressWords + 1);
  }

  set(address: Bits, vni: Vni, ether: MacAddr, underlay: Ipv6Addr): void {
    const known = this.#find(address, vni);
    const guest = known === NO_VALUE ? this.#add(address, vni) : known;
    this.#guests.set(guest, MAC, ether.hi);
    this.#guests.set(guest, MAC + 1, ether.lo);
    underlay.words.forEach((word, i) => this.#guests.set(guest, UNDERLAY + i, word));
    this.#recent[guest % RECENT] = undefined;
  }

  remove(address: Bits, vni: Vni): void {
    const guest = this.#find(address, vni);
    if (guest === NO_VALUE) return;
    this.#order.remove(this.#keyOf(address, vni), this.#keyBits);
    this.#byGuest.remove(this.#hash(address, vni), guest);
    const first = this.#findFirst(address);
    if (first !== NO_ENTRY && this.#byAddress.value(first) === guest) this.#replaceFirst(address, first, guest);
    this.#guests.free(guest);
    this.#recent[guest % RECENT] = undefined;
  }

  get(address: Bits, vni: Vni): GuestPhysAddr | undefined {
    const guest = this.#find(address, vni);
    if (guest === NO_VALUE) return undefined;
    const recent = this.#recent[guest % RECENT];
    if (recent?.[0] === guest) return recent[1];
    const phys = this.#phys(guest);
    this.#recent[guest % RECENT] = [guest, phys];
    return phys;
  }

  /** The lowest VNI that has `address`. */
  lowestVni(address: Bits): Vni | undefined {
    const first = this.#findFirst(address);
    return first === NO_ENTRY ? undefined : Vni.of(this.#guests.get(this.#byAddress.value(first), VNI));
  }

  /** Visits the guests in ascending order of address, then of VNI. */
  forEach(visit: (address: readonly number[], vni: Vni, phys: GuestPhysAddr) => void): void {
    this.#order.forEach((key, _length, guest) => {
      visit(key, Vni.of(this.#guests.get(guest, VNI)), this.#phys(guest));
    });
  }

  get #keyBits(): number {
    return 32 * this.#key.length;
  }

  #keyOf(address: Bits, vni: Vni): Uint32Array {
    for (let i = 0; i < this.#addressWords; i++) this.#key[i] = address[i] ?? 0;
    this.#key[this.#addressWords] = vni;
    return this.#key;
  }

  #add(address: Bits, vni: Vni): number {
    const guest = this.#guests.allocate();
    this.#guests.set(guest, VNI, vni);
    for (let i = 0; i < this.#addressWords; i++) this.#guests.set(guest, ADDRESS + i, address[i] ?? 0);
    this.#order.set(this.#keyOf(address, vni), this.#keyBits, guest);
    this.#byGuest.add(this.#hash(address, vni), guest);
    const first = this.#findFirst(address);
    if (first === NO_ENTRY) this.#byAddress.add(this.#hash(address, NO_VNI), guest);
    else if (vni < this.#guests.get(this.#byAddress.value(first), VNI)) this.#byAddress.setValue(first, guest);
    return guest;
  }

  /** Another guest takes the place of one that has left as the first of its address, if there is another. */
  #replaceFirst(address: Bits, first: number, left: number): void {
    const next = this.#order.first(address, 32 * this.#addressWords);
    if (next === NO_VALUE) this.#byAddress.remove(this.#hash(address, NO_VNI), left);
    else this.#byAddress.setValue(first, next);
  }

  #find(address: Bits, vni: Vni): number {
    const chains = this.#byGuest;
    for (let entry = chains.first(this.#hash(address, vni)); entry !== NO_ENTRY; entry = chains.next(entry)) {
      const guest = chains.value(entry);
      if (this.#guests.get(guest, VNI) === vni && this.#hasAddress(guest, address)) return guest;
    }
    return NO_VALUE;
  }

  /** The entry of the first guest of an address. */
  #findFirst(address: Bits): number {
    const chains = this.#byAddress;
    let entry = chains.first(this.#hash(address, NO_VNI));
    while (entry !== NO_ENTRY && !this.#hasAddress(chains.value(entry), address)) entry = chains.next(entry);
    return entry;
  }

  #hasAddress(guest: number, address: Bits): boolean {
    for (let i = 0; i < this.#addressWords; i++) {
      if (this.#guests.get(guest, ADDRESS + i) !== address[i]) return false;
    }
    return true;
  }

  #hash(address: Bits, vni: number): number {
    let hash = Math.imul(vni ^ 0x9e3779b9, 0x85ebca6b);
    for (let i = 0; i < this.#addressWords; i++) {
      hash = Math.imul(hash ^ (hash >>> 15) ^ (address[i] ?? 0), 0xc2b2ae35);
    }
    return hash ^ (hash >>> 16);
  }

  #phys(guest: number): GuestPhysAddr {
    const word = (at: number): number => this.#guests.get(guest, at);
    return {
      ether: MacAddr.fromWords(word(MAC), word(MAC + 1)),
      ip: ipv6Of([word(UNDERLAY), word(UNDERLAY + 1), word(UNDERLAY + 2), word(UNDERLAY + 3)]),
    };
  }
}

/** In place of a VNI in the hash of an address alone. */
const NO_VNI = -1;
