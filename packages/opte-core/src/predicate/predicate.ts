// Predicates on headers and metadata (spec 02 §3.1): what can be asked of a packet, as plain immutable values.

import type { Ipv4Addr, Ipv4Cidr, Ipv6Addr, Ipv6Cidr, MacAddr } from "opte-api";

/** A condition on the inner headers of a packet as transformed so far, or on its metadata. Values of one predicate are OR-ed. */
export type Predicate =
  | { readonly kind: "etherType"; readonly values: readonly number[] }
  | { readonly kind: "etherDst" | "etherSrc"; readonly values: readonly MacMatch[] }
  | { readonly kind: "ipv4Src" | "ipv4Dst"; readonly values: readonly (Ipv4Addr | Ipv4Cidr)[] }
  | { readonly kind: "ipv6Src" | "ipv6Dst"; readonly values: readonly (Ipv6Addr | Ipv6Cidr)[] }
  | { readonly kind: "ipProtocol"; readonly values: readonly number[] }
  | { readonly kind: "srcPort" | "dstPort"; readonly values: readonly NumberMatch[] }
  | { readonly kind: "icmpType" | "icmpCode" | "icmpv6Type" | "icmpv6Code"; readonly values: readonly NumberMatch[] }
  | { readonly kind: "meta"; readonly key: string; readonly value: string }
  | { readonly kind: "not"; readonly predicate: Predicate }
  | { readonly kind: "any" | "all"; readonly predicates: readonly Predicate[] };

/** An exact address, or any group address (low bit of the first octet). */
export type MacMatch = MacAddr | "multicast";

/** An exact number, or an inclusive range; a range whose first exceeds its last matches nothing. */
export type NumberMatch = number | { readonly first: number; readonly last: number };
