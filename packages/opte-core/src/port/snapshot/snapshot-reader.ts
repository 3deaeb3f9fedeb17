// Reads a snapshot that may hold anything: every value is checked as it is asked for, and an error says where it stands.

import { IpAddr, Ipv4Addr, Ipv6Addr, MacAddr, OpteError } from "opte-api";
import type { SnapshotValue } from "./snapshot-value.js";

const MAX_INT32 = 0x7fffffff;

/**
 * One value of a snapshot, by its path. Every method throws OpteError `PortCreate`, whose message names the path, when the value is not
 * what it is asked for.
 */
export class SnapshotReader {
  readonly path: string;
  readonly #value: unknown;

  constructor(value: unknown, path: string) {
    this.#value = value;
    this.path = path;
  }

  get isNull(): boolean {
    return this.#value === null;
  }

  get isArray(): boolean {
    return Array.isArray(this.#value);
  }

  /** Whether the object has a member. */
  has(member: string): boolean {
    return Object.hasOwn(this.#object(), member);
  }

  /** A member of an object. */
  get(member: string): SnapshotReader {
    const object = this.#object();
    if (!Object.hasOwn(object, member)) return this.fail(`has no member "${member}"`);
    return new SnapshotReader(Reflect.get(object, member), `${this.path}.${member}`);
  }

  /** A part of a value that has an inside which only its reader knows. */
  part(name: string): SnapshotReader {
    return new SnapshotReader(this.#value, `${this.path}.${name}`);
  }

  /** Reads a member that may be absent, as a part of a larger object: `{}` if it is. */
  optional<Name extends string, T>(
    member: Name,
    read: (reader: SnapshotReader) => T,
  ): Readonly<Partial<Record<Name, T>>>;
  optional<T>(member: string, read: (reader: SnapshotReader) => T): Readonly<Record<string, T>> {
    return this.has(member) ? { [member]: read(this.get(member)) } : {};
  }

  /** Refuses an object with other members than these. */
  only(...members: readonly string[]): this {
    const other = Object.keys(this.#object()).find((member) => !members.includes(member));
    return other === undefined ? this : this.fail(`has an unknown member "${other}"`);
  }

  /** The elements of an array. */
  items(length?: number): SnapshotReader[] {
    const value = this.#value;
    if (!Array.isArray(value)) return this.fail("is not an array");
    if (length !== undefined && value.length !== length) return this.fail(`does not have ${length} elements`);
    return value.map((item: unknown, i) => new SnapshotReader(item, `${this.path}[${i}]`));
  }

  /** An integer from `min` to `max`. */
  integer(min: number = 0, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#value;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min || value > max) {
      return this.fail(`is not an integer from ${min} to ${max}`);
    }
    return value;
  }

  int32(): number {
    return this.integer(-MAX_INT32 - 1, MAX_INT32);
  }

  uint32(): number {
    return this.integer(0, 0xffffffff);
  }

  finite(): number {
    return typeof this.#value === "number" && Number.isFinite(this.#value) ? this.#value : this.fail("is not a number");
  }

  boolean(): boolean {
    return typeof this.#value === "boolean" ? this.#value : this.fail("is not a boolean");
  }

  text(): string {
    return typeof this.#value === "string" ? this.#value : this.fail("is not a string");
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.items().map((item) => item.integer(0, 0xff)));
  }

  /** One of some strings. */
  oneOf<T extends string>(values: readonly T[]): T {
    return values.find((value) => value === this.#value) ?? this.fail(`is not one of ${values.join(", ")}`);
  }

  mac(): MacAddr {
    return this.parse((text) => MacAddr.parse(text));
  }

  ip(): IpAddr {
    return this.parse((text) => IpAddr.parse(text));
  }

  ipv4(): Ipv4Addr {
    return this.parse((text) => Ipv4Addr.parse(text));
  }

  ipv6(): Ipv6Addr {
    return this.parse((text) => Ipv6Addr.parse(text));
  }

  /** A value with a text form; `parse` throws on others. */
  parse<T>(parse: (text: string) => T): T {
    const text = this.text();
    return this.attempt(() => parse(text));
  }

  /** What `make` returns; its error is this value's. */
  attempt<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      return this.fail(error instanceof Error ? `is invalid: ${error.message}` : "is invalid");
    }
  }

  /** The value as it stands, for those who check it by other means. */
  get raw(): unknown {
    return this.#value;
  }

  fail(what: string): never {
    throw new OpteError({ kind: "PortCreate", msg: `${this.path} ${what}` });
  }

  #object(): object {
    const value = this.#value;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : this.fail("is not an object");
  }
}

/** Checks that something is plain data all through, so that it has a checksum. */
export function plainData(reader: SnapshotReader): SnapshotValue {
  const value = reader.raw;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return reader.finite();
  if (Array.isArray(value)) return reader.items().map(plainData);
  if (typeof value === "object") {
    return Object.fromEntries(Object.keys(value).map((member) => [member, plainData(reader.get(member))]));
  }
  return reader.fail("is not plain data");
}
