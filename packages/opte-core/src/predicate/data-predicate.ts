// Predicates on the body behind the upper-layer header (spec 02 §3.2).

import type { NumberMatch } from "./predicate.js";

/** A condition on the body; false where the body cannot be read. No port check is implied. */
export type DataPredicate =
  | { readonly kind: "dhcpMessageType"; readonly values: readonly NumberMatch[] }
  | { readonly kind: "dhcpv6MessageType"; readonly values: readonly NumberMatch[] }
  | { readonly kind: "not"; readonly predicate: DataPredicate };
