// Where boundary services take in packets to the outside (spec 04 §9.2).

import { type IpAddr, type IpCidr, Ipv4Cidr, Ipv6Cidr } from "opte-api";
import type { FlowKey } from "opte-core";
import type { DumpVirt2BoundaryResp, TunnelEndpoint } from "../api/model.js";
import { ipv4Of, ipv6Of, wordsOf } from "./address-words.js";
import { EndpointSets } from "./endpoint-sets.js";
import { NO_VALUE, PrefixTrie } from "./prefix-trie.js";

/** Maps prefixes to sets of tunnel endpoints; the longest prefix that a destination is in counts. Endpoints are known by address. */
export class Virt2Boundary {
  readonly #sets: EndpointSets = new EndpointSets();
  /** Values are numbers of sets. */
  readonly #ip4: PrefixTrie = new PrefixTrie(1);
  readonly #ip6: PrefixTrie = new PrefixTrie(4);
  readonly #destination: Uint32Array = new Uint32Array(4);

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
    if (rest.length > 0) this.#set(prefix, rest);
    else this.#release(this.#trie(prefix).remove(wordsOf(prefix.network), prefix.prefixLen));
  }

  /** The endpoints for a destination, in ascending order of address; `undefined` if no prefix has it. May be empty. */
  lookUp(dst: IpAddr): readonly TunnelEndpoint[] | undefined {
    return this.#endpoints(this.#trie(dst).match(wordsOf(dst), dst.family === 4 ? 32 : 128));
  }

  /** {@link lookUp} of a flow's destination. */
  lookUpDestination(flow: FlowKey): readonly TunnelEndpoint[] | undefined {
    flow.readDestination(this.#destination);
    const isV4 = flow.family === 4;
    return this.#endpoints((isV4 ? this.#ip4 : this.#ip6).match(this.#destination, isV4 ? 32 : 128));
  }

  /** The endpoints of exactly this prefix. */
  endpointsOf(prefix: IpCidr): readonly TunnelEndpoint[] | undefined {
    return this.#endpoints(this.#trie(prefix).get(wordsOf(prefix.network), prefix.prefixLen));
  }

  dump(): DumpVirt2BoundaryResp {
    const ip4: (readonly [Ipv4Cidr, readonly TunnelEndpoint[]])[] = [];
    const ip6: (readonly [Ipv6Cidr, readonly TunnelEndpoint[]])[] = [];
    this.#ip4.forEach((words, length, set) => ip4.push([new Ipv4Cidr(ipv4Of(words), length), this.#sets.get(set)]));
    this.#ip6.forEach((words, length, set) => ip6.push([new Ipv6Cidr(ipv6Of(words), length), this.#sets.get(set)]));
    return { mappings: { ip4, ip6 } };
  }

  #set(prefix: IpCidr, endpoints: readonly TunnelEndpoint[]): void {
    const set = this.#sets.take(endpoints);
    this.#release(this.#trie(prefix).set(wordsOf(prefix.network), prefix.prefixLen, set));
  }

  #release(set: number): void {
    if (set !== NO_VALUE) this.#sets.release(set);
  }

  #endpoints(set: number): readonly TunnelEndpoint[] | undefined {
    return set === NO_VALUE ? undefined : this.#sets.get(set);
  }

  #trie({ family }: { readonly family: 4 | 6 }): PrefixTrie {
    return family === 4 ? this.#ip4 : this.#ip6;
  }
}

/** Sorted by address; of equal ones the first stays. */
function withoutRepetitions(endpoints: readonly TunnelEndpoint[]): TunnelEndpoint[] {
  const sorted = endpoints.toSorted((a, b) => a.ip.compare(b.ip));
  return sorted.filter(({ ip }, i) => sorted[i - 1]?.ip.equals(ip) !== true);
}
