import { Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PrefixTrie } from "./prefix-trie.js";

/** Few distinct bits, so that random prefixes nest and meet. */
const prefixes = fc.tuple(fc.constantFrom(0, 0x80000000, 0xc0a80000, 0xc0a80001, 0xffffffff), fc.nat(32));

describe("longest-prefix match", () => {
  it("prefers the longer of nested prefixes, and the root to nothing", () => {
    const trie = new PrefixTrie<string>();
    trie.set([0], 0, "default");
    trie.set([0x0a000000], 8, "ten");
    trie.set([0x0a010203], 32, "host");
    expect(trie.match([0x0a010203], 32)).toBe("host");
    expect(trie.match([0x0a010204], 32)).toBe("ten");
    expect(trie.match([0x0b000000], 32)).toBe("default");
    trie.remove([0], 0);
    expect(trie.match([0x0b000000], 32)).toBeUndefined();
  });

  it("reaches through all 128 bits of an IPv6 address", () => {
    const trie = new PrefixTrie<number>();
    const host = Ipv6Addr.parse("2001:db8::1");
    trie.set(host.words, 128, 1);
    trie.set(host.words, 127, 2);
    expect(trie.match(host.words, 128)).toBe(1);
    expect(trie.match(Ipv6Addr.parse("2001:db8::").words, 128)).toBe(2);
    expect(trie.match(Ipv6Addr.parse("2001:db8::2").words, 128)).toBeUndefined();
    expect(new Ipv6Cidr(host, 127).isMember(Ipv6Addr.parse("2001:db8::"))).toBe(true);
  });

  it("agrees with a search of all prefixes after any changes, and keeps no node without use", () => {
    const change = fc.record({ prefix: prefixes, adds: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), fc.array(fc.nat(0xffffffff)), (changes, addresses) => {
        const trie = new PrefixTrie<number>();
        const model = new Map<string, { cidr: Ipv4Cidr; value: number }>();
        changes.forEach(({ prefix: [network, len], adds }, value) => {
          const cidr = new Ipv4Cidr(Ipv4Addr.fromNumber(network), len);
          if (adds) {
            trie.set([cidr.network.value], len, value);
            model.set(cidr.toString(), { cidr, value });
          } else {
            expect(trie.remove([cidr.network.value], len)).toBe(model.delete(cidr.toString()));
          }
        });
        const entries = [...model.values()].toSorted((a, b) => b.cidr.prefixLen - a.cidr.prefixLen);
        for (const address of [...addresses, 0xc0a80001, 0x80000000, 0]) {
          const expected = entries.find(({ cidr }) => cidr.isMember(Ipv4Addr.fromNumber(address)))?.value;
          expect(trie.match([address], 32)).toBe(expected);
        }
        expect(trie.size).toBe(model.size);
        for (const { cidr } of entries) trie.remove([cidr.network.value], cidr.prefixLen);
        expect(trie.nodeCount).toBe(1);
      }),
    );
  });
});
