// The stats provider: where a port publishes its counters (spec 02 §17).

/** A block of named counters that its owner updates in place. */
export interface StatBlock {
  /** Module that owns the block, `xde` for ports and layers. */
  readonly module: string;
  /** Name of the block: the port's name, or `<port>_<layer>`. */
  readonly name: string;
  /** Names of the counters, in their published order. */
  readonly fields: readonly string[];
  /** Values beside `fields`; read them at any time. Counters are exact up to 2^53. */
  readonly values: Float64Array;
}

/** Undoes a registration. */
export interface StatRegistration {
  unregister(): void;
}

/** Publishes counters. */
export interface StatsProvider {
  /** @throws if the block cannot be published; creating the port then fails with `PortCreate`. */
  register(block: StatBlock): StatRegistration;
}

/** Publishes nothing; the counters can still be read from the port. */
export const NULL_STATS: StatsProvider = {
  register(): StatRegistration {
    return {
      unregister(): void {
        // Nothing was published.
      },
    };
  },
};
