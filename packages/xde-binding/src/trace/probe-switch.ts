// Probe listeners that come and go while ports keep one object.

/** What stands at a probe point; it does not matter here what it is told. */
type Listener = (...args: readonly unknown[]) => void;

/**
 * An object that ports are given once and that listeners are put into later. All members are there from the beginning, as `undefined`, so
 * that the object keeps its shape and a probe point that nobody listens to stays one branch. A point that several listen to tells them in
 * the order in which they came.
 *
 * @typeParam Probes an interface of optional members
 */
export class ProbeSwitch<Probes extends object> {
  /** What ports are given. */
  readonly probes: Probes;
  readonly #listeners: ReadonlyMap<string, ReadonlyMap<string, Listener>>;
  readonly #present: Map<string, Listener[]> = new Map();

  /** @param listeners those that can be put in, by name */
  constructor(listeners: ReadonlyMap<string, Probes>, none: Probes) {
    this.#listeners = new Map([...listeners].map(([name, members]) => [name, new Map(Object.entries(members))]));
    this.probes = { ...none };
    for (const members of this.#listeners.values()) for (const point of members.keys()) this.#put(point, []);
  }

  /** Puts the listeners of a name in, if it has any. Not to be called again before {@link turnOff}. */
  turnOn(name: string): void {
    for (const [point, listener] of this.#listeners.get(name) ?? []) {
      this.#put(point, [...(this.#present.get(point) ?? []), listener]);
    }
  }

  /** Takes out what {@link turnOn} put in. */
  turnOff(name: string): void {
    for (const [point, listener] of this.#listeners.get(name) ?? []) {
      this.#put(
        point,
        (this.#present.get(point) ?? []).filter((each) => each !== listener),
      );
    }
  }

  #put(point: string, listeners: Listener[]): void {
    this.#present.set(point, listeners);
    const [only, ...others] = listeners;
    const all: Listener = (...args) => {
      for (const listener of listeners) listener(...args);
    };
    Reflect.set(this.probes, point, others.length === 0 ? only : all);
  }
}
