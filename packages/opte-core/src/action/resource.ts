// Finite resources: things that one flow holds alone until it gives them back (spec 02 §5.2).

/** A stock of exclusive entries, apart for each key. An empty stock never takes an entry away from its holder. */
export interface FiniteResource<Key, Entry> {
  obtain(key: Key): Obtained<Entry>;
}

/** An entry on loan, or why there is none. */
export type Obtained<Entry> =
  | { readonly kind: "lease"; readonly lease: Lease<Entry> }
  | { readonly kind: "exhausted" }
  /** The resource has no stock for the key, whose text stands in `key`. */
  | { readonly kind: "noMatch"; readonly key: string };

/** An entry that its holder must release exactly once. */
export interface Lease<Entry> {
  readonly entry: Entry;
  release(): void;
  /** Undoes `release`, while the entry has not been lent again: the stock is as if it had not come back. For dry runs. */
  reclaim(): void;
}
