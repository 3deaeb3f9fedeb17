// Schemas of types whose parts on the wire differ from those in the API.

import { OpteError } from "../opte-error.js";
import { TextError } from "../text-error.js";
import { list, pair } from "./composites.js";
import type { Schema, TextForm, ValueReader, ValueWriter } from "./schema.js";

/**
 * A type that is written as another. Either function may refuse a value by a RangeError, TextError or OpteError, which becomes a
 * CodecError that names the field.
 */
export function converted<T, W>(wire: Schema<W>, toWire: (value: T) => W, fromWire: (wireValue: W) => T): Schema<T> {
  return {
    write: (writer, value) => {
      wire.write(
        writer,
        attempt(writer, () => toWire(value)),
      );
    },
    read: (reader) => {
      const value = wire.read(reader);
      return attempt(reader, () => fromWire(value));
    },
  };
}

/** A type that has a text form too. */
export function textual<T>(binary: Schema<T>, text: TextForm<T>): Schema<T> {
  return {
    write: (writer, value) => {
      writer.textual(value, binary, text);
    },
    read: (reader) => reader.textual(binary, text),
  };
}

/** A set: written in ascending order, read in any; of equal elements the last one counts. */
export function sortedSet<T>(item: Schema<T>, compare: (a: T, b: T) => number): Schema<readonly T[]> {
  const sorted = (items: readonly T[]): readonly T[] => ascending(items, compare);
  return converted(list(item), sorted, sorted);
}

/** A map as a list of its entries: as {@link sortedSet}, by key. */
export function sortedMap<K, V>(
  key: Schema<K>,
  value: Schema<V>,
  compare: (a: K, b: K) => number,
): Schema<readonly (readonly [K, V])[]> {
  return sortedSet(pair(key, value), ([a], [b]) => compare(a, b));
}

function ascending<T>(items: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  const result: T[] = [];
  let previous: T | undefined;
  for (const item of items.toSorted(compare)) {
    // Sorting is stable, so the later one of two equals stands behind the earlier
    if (previous !== undefined && compare(previous, item) === 0) result.pop();
    result.push(item);
    previous = item;
  }
  return result;
}

function attempt<T>(format: ValueReader | ValueWriter, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    const isRefusal = error instanceof RangeError || error instanceof TextError || error instanceof OpteError;
    throw isRefusal ? format.fault("invalid_value", error.message) : error;
  }
}
