// A block of counters under typed names.

import { NULL_STATS, type StatRegistration, type StatsProvider } from "opte-core";

/** Counters that are published in the order of their names. */
export class StatCounters<Field extends string> {
  /** Beside {@link fields}; a counter is raised in place. */
  readonly values: Float64Array;
  readonly #fields: readonly Field[];
  readonly #index: ReadonlyMap<Field, number>;
  readonly #registration: StatRegistration;

  /** @throws whatever `provider` throws for a block that it cannot publish */
  constructor(name: string, fields: readonly Field[], provider: StatsProvider = NULL_STATS) {
    this.#fields = fields;
    this.#index = new Map(fields.map((field, i) => [field, i]));
    this.values = new Float64Array(fields.length);
    this.#registration = provider.register({ module: "xde", name, fields, values: this.values });
  }

  /** Adds to a counter. */
  add(field: Field, amount = 1): void {
    const at = this.#at(field);
    // Unwrap: every field has a place in the array.
    this.values[at] = (this.values[at] as number) + amount;
  }

  /** Sets a gauge. */
  set(field: Field, value: number): void {
    this.values[this.#at(field)] = value;
  }

  get(field: Field): number {
    // Unwrap: every field has a place in the array.
    return this.values[this.#at(field)] as number;
  }

  /** All counters by name. */
  read(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#fields.map((field) => [field, this.get(field)]));
  }

  /** Publishes them no more. */
  close(): void {
    this.#registration.unregister();
  }

  #at(field: Field): number {
    // Unwrap: a Field is one of the names that the index was made of.
    return this.#index.get(field) as number;
  }
}
