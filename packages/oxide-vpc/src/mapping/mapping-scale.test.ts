// The mappings of a large sled against plain maps: what they answer, not how fast (`npm run bench` measures that).

import { type IpAddr, IpCidr, Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, MacAddr, Vni } from "opte-api";
import { describe, expect, it } from "vitest";
import type { PhysNet, TunnelEndpoint } from "../api/model.js";
import { Virt2Boundary } from "./v2b.js";
import { Virt2Phys } from "./v2p.js";

const ENTRIES = 100_000;
const VPCS = 1000;
const CHANGES = 50_000;

/** Repeatable random 32-bit numbers (xorshift32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

describe("100,000 guests in 1,000 VPCs, every other address common to all VPCs", () => {
  const vniOf = (guest: number): Vni => Vni.of(guest % VPCS);
  const addressOf = (guest: number): IpAddr => {
    const host = Math.floor(guest / VPCS);
    return host % 2 === 0
      ? Ipv4Addr.fromNumber(0xac1e0000 + host)
      : Ipv6Addr.fromWords(0xfd000000 + (guest % VPCS), 0, 0, host);
  };
  const physOf = (guest: number, round: number): PhysNet => ({
    ether: MacAddr.fromWords(0xa840, 0x25000000 + guest),
    ip: Ipv6Addr.fromWords(0xfd000000, 0, round, guest),
    vni: vniOf(guest),
  });

  it("are where they were set last, through any order of changes", () => {
    const random = generator(1);
    const v2p = new Virt2Phys();
    const rounds = new Map<number, number>();
    const set = (guest: number, round: number): void => {
      v2p.set(addressOf(guest), physOf(guest, round));
      rounds.set(guest, round);
    };
    for (let i = 0; i < ENTRIES; i++) set((i * 61_803) % ENTRIES, 0);
    for (let i = 1; i <= CHANGES; i++) {
      const guest = random() % ENTRIES;
      if (random() % 3 === 0) set(guest, i);
      else {
        const was = v2p.remove(vniOf(guest), addressOf(guest));
        if ((was === undefined) === rounds.delete(guest)) throw new Error(`Guest ${guest} was not removed right`);
      }
    }
    const wrong: number[] = [];
    for (let guest = 0; guest < ENTRIES; guest++) {
      const phys = v2p.get(vniOf(guest), addressOf(guest));
      const round = rounds.get(guest);
      const isRight =
        round === undefined
          ? phys === undefined
          : phys?.ip.equals(physOf(guest, round).ip) === true && phys.ether.equals(physOf(guest, round).ether);
      if (!isRight) wrong.push(guest);
    }
    expect(wrong).toEqual([]);
    for (let host = 0; host < ENTRIES / VPCS; host += 2) {
      const first = Array.from({ length: VPCS }, (_, vpc) => host * VPCS + vpc).find((guest) => rounds.has(guest));
      expect(v2p.lowestVni(addressOf(host * VPCS))).toBe(first === undefined ? undefined : vniOf(first));
    }
    const { mappings } = v2p.dump();
    expect(mappings).toHaveLength(VPCS);
    expect(mappings.reduce((sum, { ip4, ip6 }) => sum + ip4.length + ip6.length, 0)).toBe(rounds.size);
  });
});

describe("100,000 prefixes of boundary services", () => {
  const endpoint = (host: number): TunnelEndpoint => ({
    ip: Ipv6Addr.fromWords(0xfd000099, 0, 0, host),
    vni: Vni.of(99),
  });

  it.each([4, 6] as const)("give each IPv%i destination the endpoints of its longest prefix", (family) => {
    const random = generator(family);
    const bits = family === 4 ? 32 : 128;
    const address = (): IpAddr =>
      family === 4
        ? Ipv4Addr.fromNumber(0x0a000000 + (random() & 0xffffff))
        : Ipv6Addr.fromWords(0x20010000 + (random() & 0xff), random(), random(), random());
    const cidr = (ip: IpAddr, length: number): IpCidr =>
      ip.family === 4 ? new Ipv4Cidr(ip, length) : new Ipv6Cidr(ip, length);
    const v2b = new Virt2Boundary();
    const hosts = new Map<string, number>();
    const known: IpCidr[] = [];
    while (hosts.size < ENTRIES) {
      const prefix = cidr(address(), 8 + (random() % (bits - 7)));
      if (hosts.has(prefix.toString())) continue;
      v2b.add(prefix, [endpoint(known.length % 64)]);
      hosts.set(prefix.toString(), known.length % 64);
      known.push(prefix);
    }
    for (const prefix of known.filter((_, i) => i % 3 === 0)) {
      v2b.remove(prefix, [endpoint(hosts.get(prefix.toString()) ?? -1)]);
      hosts.delete(prefix.toString());
    }
    const wrong: string[] = [];
    for (let i = 0; i < 5000; i++) {
      // Random destinations, and the networks of prefixes that are there or were
      const dst = i % 2 === 0 ? address() : (known[random() % known.length]?.network ?? address());
      let expected: number | undefined;
      for (let length = bits; length >= 8 && expected === undefined; length--) {
        expected = hosts.get(cidr(dst, length).toString());
      }
      const found = v2b.lookUp(dst)?.map(({ ip }) => ip.words[3]);
      if (found?.[0] !== expected || (found?.length ?? 1) !== 1) wrong.push(dst.toString());
    }
    expect(wrong).toEqual([]);
    const { ip4, ip6 } = v2b.dump().mappings;
    expect([ip4.length, ip6.length]).toEqual(family === 4 ? [hosts.size, 0] : [0, hosts.size]);
    const dumped = [...ip4, ...ip6].map(([prefix]) => prefix);
    expect(dumped.every((prefix, i) => i === 0 || IpCidr.compare(dumped[i - 1] ?? prefix, prefix) < 0)).toBe(true);
  });
});
