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
  /** Withdraws this block and no other, even if its name has been given to another since. Idempotent; does not throw. */
  unregister(): void;
}

/**
 * Publishes counters: to a metrics endpoint, a page, a kernel's statistics.
 *
 * - *Who calls, and when:* a port registers its own block and one for each of its layers while it is created, and withdraws them
 *   when it is closed. Nothing is called when a counter changes.
 * - *Must:* keep the block itself and read its `values` whenever somebody asks, because the port goes on counting in place; publish
 *   every field under its name and in its order; refuse, by throwing, a block that it cannot publish, above all one whose module and
 *   name are taken. The port then withdraws what it registered before and fails with `PortCreate` and the error's message.
 * - *Must not:* write to `values`, or copy them once and for all.
 * - *Cost:* none for packets. A reader sees each counter exactly, but not all of them at one instant: it reads between packets in
 *   the port's thread, while readers in other threads take what is there.
 *
 * `statsSuite` of `opte-core/testing` checks an implementation.
 */
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
