// Probe listeners that come and go while ports keep one object.

/**
 * An object that ports are given once and that listeners are put into later. All members are there from the beginning, as `undefined`, so
 * that the object keeps its shape and a probe point that nobody listens to stays one branch.
 *
 * @typeParam Probes an interface of optional members
 */
export class ProbeSwitch<Probes extends object> {
  /** What ports are given. */
  readonly probes: Probes;

  /** @param all together they have every member that will ever be put in */
  constructor(all: Iterable<Probes>, none: Probes) {
    this.probes = { ...none };
    for (const listeners of all) this.clear(listeners);
  }

  /** Puts listeners in. */
  set(listeners: Probes): void {
    Object.assign(this.probes, listeners);
  }

  /** Takes out what {@link set} put in. */
  clear(listeners: Probes): void {
    for (const name of Object.keys(listeners)) Reflect.set(this.probes, name, undefined);
  }
}
