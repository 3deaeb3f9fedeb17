// Plain JSON values, and reading of typed fields out of them with errors that name the field.

/** Any JSON value; an integer that a number cannot hold is a bigint. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A field is missing or has the wrong type; the message names it by its path, as in `steps[3].dir`. */
export class FieldError extends Error {
  override readonly name = "FieldError";
  /** Path of the field from the root of the document; empty for the root itself. */
  readonly path: string;

  constructor(path: string, problem: string) {
    super(path === "" ? `The document ${problem}` : `Field "${path}" ${problem}`);
    this.path = path;
  }
}

/** Whether `value` is a JSON object, not null and not an array. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isArray(value);
}

/** Whether `value` is a JSON array. */
export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Parses one JSON document. @throws FieldError if `text` is not JSON. */
export function parseJson(text: string): Json {
  try {
    const value: unknown = MAYBE_LARGE.test(text) ? JSON.parse(text, keepLarge) : JSON.parse(text);
    return value as Json; // Unwrap: JSON.parse returns nothing but JSON values, and keepLarge bigints
  } catch (error) {
    throw new FieldError("", `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** One line of text for a JSON value. */
export function jsonText(value: Json): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === "bigint" ? String(member) : member));
}

/** Finds every number of sixteen digits and more, and few other texts: to ask for the source of each value is slow. */
const MAYBE_LARGE = /(?:^|[\s,:[])-?\d{16}/;

function keepLarge(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
  return context?.source !== undefined && /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
}

/** A JSON object on its way to a typed value; every reader throws {@link FieldError} if the field is not as asked. */
export class FieldReader {
  readonly #object: JsonObject;
  readonly #path: string;

  /** @throws FieldError if `value` is no object. */
  constructor(value: Json | undefined, path: string) {
    if (!isObject(value)) throw new FieldError(path, "must be an object");
    this.#object = value;
    this.#path = path;
  }

  /** Path of the field `key`. */
  pathOf(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }

  keys(): string[] {
    return Object.keys(this.#object);
  }

  has(key: string): boolean {
    return this.#object[key] !== undefined;
  }

  /** Whether the field is missing or null. */
  isAbsent(key: string): boolean {
    const value = this.#object[key];
    return value === undefined || value === null;
  }

  /** The raw value, `undefined` if absent. */
  raw(key: string): Json | undefined {
    return this.#object[key];
  }

  string(key: string): string {
    const value = this.#object[key];
    if (typeof value !== "string") throw new FieldError(this.pathOf(key), "must be a string");
    return value;
  }

  /** A string, `null` if the field is absent or null. */
  stringOrNull(key: string): string | null {
    return this.isAbsent(key) ? null : this.string(key);
  }

  /** An integer in the given inclusive range. */
  integer(key: string, min: number, max: number): number {
    const value = this.#object[key];
    if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
      throw new FieldError(this.pathOf(key), `must be an integer from ${min} to ${max}`);
    }
    return value;
  }

  boolean(key: string): boolean {
    const value = this.#object[key];
    if (typeof value !== "boolean") throw new FieldError(this.pathOf(key), "must be true or false");
    return value;
  }

  /** One of the given texts. */
  oneOf<T extends string>(key: string, choices: readonly T[]): T {
    const value = this.#object[key];
    const choice = choices.find((each) => each === value);
    if (choice === undefined) {
      throw new FieldError(this.pathOf(key), `must be one of ${choices.map((each) => `"${each}"`).join(", ")}`);
    }
    return choice;
  }

  /** Every element of an array, read by `read` with its path. */
  list<T>(key: string, read: (value: Json, path: string) => T): T[] {
    const value = this.#object[key];
    if (!isArray(value)) throw new FieldError(this.pathOf(key), "must be an array");
    return value.map((each, i) => read(each, `${this.pathOf(key)}[${i}]`));
  }

  /** As {@link list}; empty if the field is absent or null. */
  listOrEmpty<T>(key: string, read: (value: Json, path: string) => T): T[] {
    return this.isAbsent(key) ? [] : this.list(key, read);
  }

  object(key: string): FieldReader {
    return new FieldReader(this.#object[key], this.pathOf(key));
  }

  /** The object under `key`, `null` if the field is absent or null. */
  objectOrNull(key: string): FieldReader | null {
    return this.isAbsent(key) ? null : this.object(key);
  }
}

/** Reads an array element that must be a string. */
export function readString(value: Json, path: string): string {
  if (typeof value !== "string") throw new FieldError(path, "must be a string");
  return value;
}
