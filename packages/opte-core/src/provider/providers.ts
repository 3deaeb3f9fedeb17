// The bag of providers that a port is built with: what the user of the engine implements.

import type { ClockProvider } from "./clock.js";
import { OWN_LOCK, type LockProvider } from "./lock.js";
import { NULL_LOG, type LogProvider } from "./log.js";
import type { PeriodicProvider } from "./periodic.js";
import { NULL_PROBES, type ProbesProvider } from "./probes.js";
import type { RandomProvider } from "./random.js";
import { NULL_STATS, type StatsProvider } from "./stats.js";

/** What a port needs from its surroundings. Time must be given; the rest may be left out. */
export interface Providers {
  readonly clock: ClockProvider;
  readonly log?: LogProvider;
  readonly lock?: LockProvider;
  readonly stats?: StatsProvider;
  readonly probes?: ProbesProvider;
  /** For network definitions and whoever runs the port, who calls `port.expireFlows()` from a timer; the port starts none. */
  readonly periodic?: PeriodicProvider;
  /** For generators of a network definition; the engine uses no randomness. */
  readonly random?: RandomProvider;
}

/** Providers with every default filled in, one bag a port. */
export interface CompleteProviders {
  readonly clock: ClockProvider;
  /** Silent, like the probes, while the port runs dry. */
  log: LogProvider;
  readonly lock: LockProvider;
  readonly stats: StatsProvider;
  probes: ProbesProvider;
}

export function completeProviders(providers: Providers): CompleteProviders {
  return {
    clock: providers.clock,
    log: providers.log ?? NULL_LOG,
    lock: providers.lock ?? OWN_LOCK,
    stats: providers.stats ?? NULL_STATS,
    probes: providers.probes ?? NULL_PROBES,
  };
}
