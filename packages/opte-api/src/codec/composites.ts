// Schemas of values that are made up of others.

import { quoted } from "../text-error.js";
import type { Schema, ValueReader, ValueWriter } from "./schema.js";

/** A field that may be absent. */
export interface OptionalField<T> {
  readonly optional: Schema<T>;
}

/** The schema of each field of `T`, in the order of the wire. */
export type Fields<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K> ? OptionalField<Required<T>[K]> : Schema<T[K]>;
};

/** The fields of each form of the union `T` but for its `kind`; the place of a form is its number on the wire. */
export type Variants<T extends { readonly kind: string }> = {
  readonly [K in T["kind"]]: Fields<Omit<FormOf<T, K>, "kind">>;
};

/** The member of the union `T` that can have this kind. */
type FormOf<T extends { readonly kind: string }, K> = T extends unknown ? (K extends T["kind"] ? T : never) : never;

/** An object with these fields. */
export function struct<T extends object>(fields: Fields<T>): Schema<T> {
  const entries = fieldEntries(fields);
  return {
    write: (writer, value) => {
      writeFields(entries, writer, value);
    },
    read: (reader) => readFields(entries, reader, {}) as T, // Unwrap: every field of T was read by the schema of its type
  };
}

/** A field that may be absent, of a {@link struct} or of a variant. */
export function option<T>(schema: Schema<T>): OptionalField<T> {
  return { optional: schema };
}

/** One of several forms, told apart by `kind`. */
export function variants<T extends { readonly kind: string }>(forms: Variants<T>): Schema<T> {
  // Unwrap: the keys of Variants<T> are the kinds of T, and its values their fields
  const table = Object.entries(forms) as [T["kind"], object][];
  const kinds = table.map(([kind]) => kind);
  const entries = table.map(([, fields]) => fieldEntries(fields));
  return {
    write: (writer, value) => {
      const index = placeOf(value.kind, kinds, writer);
      writer.variant(value.kind, index, () => {
        writeFields(entries[index] ?? [], writer, value);
      });
    },
    read: (reader) =>
      reader.variant(
        kinds,
        // Unwrap: the fields of this kind were read by the schemas of their types
        (index) => readFields(entries[index] ?? [], reader, { kind: kinds[index] }) as T,
      ),
  };
}

/** One of several texts; the place of a text is its number on the wire. */
export function choice<T extends string>(choices: readonly T[]): Schema<T> {
  return {
    write: (writer, value) => {
      writer.choice(value, placeOf(value, choices, writer));
    },
    // Unwrap: readers hand out only places within the list they were given
    read: (reader) => choices[reader.choice(choices)] as T,
  };
}

/** Any number of values of one type. */
export function list<T>(item: Schema<T>): Schema<readonly T[]> {
  return {
    write: (writer, items) => {
      writer.list(items, (each) => {
        item.write(writer, each);
      });
    },
    read: (reader) => reader.list(() => item.read(reader)),
  };
}

/** Two values of their own types. */
export function pair<A, B>(first: Schema<A>, second: Schema<B>): Schema<readonly [A, B]> {
  return {
    write: (writer, [a, b]) => {
      writer.pair(
        () => {
          first.write(writer, a);
        },
        () => {
          second.write(writer, b);
        },
      );
    },
    read: (reader) =>
      reader.pair(
        () => first.read(reader),
        () => second.read(reader),
      ),
  };
}

function placeOf(name: string, names: readonly string[], writer: ValueWriter): number {
  const place = names.indexOf(name);
  if (place < 0) throw writer.fault("bad_tag", `${quoted(name)} is none of ${names.join(", ")}`);
  return place;
}

type FieldEntry = readonly [name: string, field: Schema<unknown> | OptionalField<unknown>];

function fieldEntries(fields: object): readonly FieldEntry[] {
  return Object.entries(fields) as FieldEntry[]; // Unwrap: Fields<T> has no other values
}

function writeFields(entries: readonly FieldEntry[], writer: ValueWriter, value: object): void {
  const values: ReadonlyMap<string, unknown> = new Map(Object.entries(value));
  for (const [name, field] of entries) {
    const fieldValue = values.get(name);
    writer.field(name, () => {
      if ("write" in field) field.write(writer, fieldValue);
      else {
        writer.option(fieldValue !== undefined, () => {
          field.optional.write(writer, fieldValue);
        });
      }
    });
  }
}

function readFields(entries: readonly FieldEntry[], reader: ValueReader, into: Record<string, unknown>): object {
  for (const [name, field] of entries) {
    const fieldValue = reader.field(name, () =>
      "read" in field ? field.read(reader) : reader.option(() => field.optional.read(reader)),
    );
    if (fieldValue !== undefined) into[name] = fieldValue;
  }
  return into;
}
