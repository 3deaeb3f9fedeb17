import { Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_VALUE, PrefixTrie } from "./prefix-trie.js";

/** Few distinct bits, so that random prefixes nest and meet. */
const prefixes = fc
  .tuple(fc.constantFrom(0, 0x80000000, 0xc0a80000, 0xc0a80001, 0xffffffff), fc.nat(32))
  .map(([network, length]) => new Ipv4Cidr(Ipv4Addr.fromNumber(network), length));

const changes = fc.array(fc.record({ prefix: prefixes, adds: fc.boolean() }), { maxLength: 40 });

describe("longest-prefix match", () => {
  it("prefers the longer of nested prefixes, and the root to nothing", () => {
    const trie = new PrefixTrie(1);
    trie.set([0], 0, 100);
    trie.set([0x0a000000], 8, 108);
    trie.set([0x0a010203], 32, 132);
    expect(trie.match([0x0a010203], 32)).toBe(132);
    expect(trie.match([0x0a010204], 32)).toBe(108);
    expect(trie.match([0x0b000000], 32)).toBe(100);
    expect(trie.remove([0], 0)).toBe(100);
    expect(trie.match([0x0b000000], 32)).toBe(NO_VALUE);
  });

  it("reaches through all 128 bits of an IPv6 address", () => {
    const trie = new PrefixTrie(4);
    const host = Ipv6Addr.parse("2001:db8::1");
    trie.set(host.words, 128, 1);
    trie.set(new Ipv6Cidr(host, 127).network.words, 127, 2);
    expect(trie.match(host.words, 128)).toBe(1);
    expect(trie.match(Ipv6Addr.parse("2001:db8::").words, 128)).toBe(2);
    expect(trie.match(Ipv6Addr.parse("2001:db8::2").words, 128)).toBe(NO_VALUE);
  });

  it("agrees with a search of all prefixes after any changes, and keeps no node without use", () => {
    fc.assert(
      fc.property(changes, fc.array(fc.nat(0xffffffff)), (list, addresses) => {
        const { trie, model } = changed(list);
        const entries = [...model.values()].toSorted((a, b) => b.cidr.prefixLen - a.cidr.prefixLen);
        for (const address of [...addresses, 0xc0a80001, 0x80000000, 0]) {
          const expected = entries.find(({ cidr }) => cidr.isMember(Ipv4Addr.fromNumber(address)))?.value;
          expect(trie.match([address], 32)).toBe(expected ?? NO_VALUE);
        }
        expect(trie.size).toBe(model.size);
        expect(trie.nodeCount).toBeLessThanOrEqual(1 + 2 * model.size);
        for (const { cidr } of entries) trie.remove([cidr.network.value], cidr.prefixLen);
        expect(trie.nodeCount).toBe(1);
      }),
    );
  });
});

describe("a trie of prefixes", () => {
  it("knows a prefix by its bits and its length", () => {
    const trie = new PrefixTrie(1);
    expect(trie.set([0x0a000000], 16, 1)).toBe(NO_VALUE);
    expect(trie.set([0x0a000000], 16, 2)).toBe(1);
    expect(trie.get([0x0a000000], 16)).toBe(2);
    expect(trie.get([0x0a000000], 8)).toBe(NO_VALUE);
    expect(trie.get([0x0a000000], 24)).toBe(NO_VALUE);
    expect(trie.remove([0x0b000000], 16)).toBe(NO_VALUE);
    expect(trie.size).toBe(1);
  });

  it("finds the lowest of the prefixes that begin with some bits", () => {
    const trie = new PrefixTrie(2);
    trie.set([7, 9], 64, 79);
    trie.set([7, 8], 64, 78);
    trie.set([8, 1], 64, 81);
    expect(trie.first([7], 32)).toBe(78);
    expect(trie.first([8], 32)).toBe(81);
    expect(trie.first([6], 32)).toBe(NO_VALUE);
    expect(trie.first([], 0)).toBe(78);
    expect(new PrefixTrie(1).first([], 0)).toBe(NO_VALUE);
  });

  it("visits prefixes by their bits, a shorter one before those in it, after any changes", () => {
    fc.assert(
      fc.property(changes, (list) => {
        const { trie, model } = changed(list);
        const visited: [string, number][] = [];
        trie.forEach(([network = 0], length, value) => {
          visited.push([new Ipv4Cidr(Ipv4Addr.fromNumber(network), length).toString(), value]);
        });
        const expected = [...model.values()].toSorted(
          (a, b) => a.cidr.network.value - b.cidr.network.value || a.cidr.prefixLen - b.cidr.prefixLen,
        );
        expect(visited).toEqual(expected.map(({ cidr, value }) => [cidr.toString(), value]));
      }),
    );
  });
});

/** A trie after some changes, and what it should hold; the number of a change is the value that it sets. */
function changed(list: readonly { readonly prefix: Ipv4Cidr; readonly adds: boolean }[]): {
  readonly trie: PrefixTrie;
  readonly model: ReadonlyMap<string, { readonly cidr: Ipv4Cidr; readonly value: number }>;
} {
  const trie = new PrefixTrie(1);
  const model = new Map<string, { cidr: Ipv4Cidr; value: number }>();
  list.forEach(({ prefix: cidr, adds }, value) => {
    const previous = model.get(cidr.toString())?.value ?? NO_VALUE;
    const bits = [cidr.network.value];
    expect(trie.get(bits, cidr.prefixLen)).toBe(previous);
    if (adds) {
      expect(trie.set(bits, cidr.prefixLen, value)).toBe(previous);
      model.set(cidr.toString(), { cidr, value });
    } else {
      expect(trie.remove(bits, cidr.prefixLen)).toBe(previous);
      model.delete(cidr.toString());
    }
  });
  return { trie, model };
}
