// Where boundary services take in packets to the outside (spec 04 §9.2).

import { IpCidr, type IpAddr, type Ipv4Cidr, type Ipv6Cidr } from "opte-api";
import type { DumpVirt2BoundaryResp, TunnelEndpoint } from "../api/model.js";
import { PrefixTrie } from "./prefix-trie.js";

/** Maps prefixes to sets of tunnel endpoints; the longest prefix that a destination is in counts. Endpoints are known by address. */
export class Virt2Boundary {
  readonly #ip4: PrefixTrie<readonly TunnelEndpoint[]> = new PrefixTrie();
  readonly #ip6: PrefixTrie<readonly TunnelEndpoint[]> = new PrefixTrie();
  readonly #prefixes: Map<string, IpCidr> = new Map();

  /**
   * Adds endpoints to a prefix, which may be new and may stay without any. Endpoints that the prefix has keep their VNIs; of two new ones
   * with one address the prefix takes the last if it is new itself, else the first.
   */
  add(prefix: IpCidr, endpoints: readonly TunnelEndpoint[]): void {
    const known = this.endpointsOf(prefix);
    // Of equal addresses the one nearest to the front stays
    const all = known === undefined ? endpoints.toReversed() : [...known, ...endpoints];
    this.#set(prefix, withoutRepetitions(all));
  }

  /** Takes endpoints, by address, from a prefix, and forgets the prefix when none is left. */
  remove(prefix: IpCidr, endpoints: readonly TunnelEndpoint[]): void {
    const known = this.endpointsOf(prefix);
    if (known === undefined) return;
    const rest = known.filter(({ ip }) => !endpoints.some((endpoint) => endpoint.ip.equals(ip)));
    if (rest.length > 0) {
      this.#set(prefix, rest);
      return;
    }
    if (prefix.family === 4) this.#ip4.remove([prefix.network.value], prefix.prefixLen);
    else this.#ip6.remove(prefix.network.words, prefix.prefixLen);
    this.#prefixes.delete(prefix.toString());
  }

  /** The endpoints for a destination, in ascending order of address; `undefined` if no prefix has it. May be empty. */
  lookUp(dst: IpAddr): readonly TunnelEndpoint[] | undefined {
    return dst.family === 4 ? this.#ip4.match([dst.value], 32) : this.#ip6.match(dst.words, 128);
  }

  /** The endpoints of exactly this prefix. */
  endpointsOf(prefix: IpCidr): readonly TunnelEndpoint[] | undefined {
    return prefix.family === 4
      ? this.#ip4.get([prefix.network.value], prefix.prefixLen)
      : this.#ip6.get(prefix.network.words, prefix.prefixLen);
  }

  dump(): DumpVirt2BoundaryResp {
    const ip4: (readonly [Ipv4Cidr, readonly TunnelEndpoint[]])[] = [];
    const ip6: (readonly [Ipv6Cidr, readonly TunnelEndpoint[]])[] = [];
    for (const prefix of [...this.#prefixes.values()].toSorted((a, b) => IpCidr.compare(a, b))) {
      const endpoints = this.endpointsOf(prefix) ?? [];
      if (prefix.family === 4) ip4.push([prefix, endpoints]);
      else ip6.push([prefix, endpoints]);
    }
    return { mappings: { ip4, ip6 } };
  }

  #set(prefix: IpCidr, endpoints: readonly TunnelEndpoint[]): void {
    if (prefix.family === 4) this.#ip4.set([prefix.network.value], prefix.prefixLen, endpoints);
    else this.#ip6.set(prefix.network.words, prefix.prefixLen, endpoints);
    this.#prefixes.set(prefix.toString(), prefix);
  }
}

/** Sorted by address; of equal ones the first stays. */
function withoutRepetitions(endpoints: readonly TunnelEndpoint[]): TunnelEndpoint[] {
  const sorted = endpoints.toSorted((a, b) => a.ip.compare(b.ip));
  return sorted.filter(({ ip }, i) => sorted[i - 1]?.ip.equals(ip) !== true);
}
