// The classifier of rule sets: finds the first matching rule in time that hardly grows with their number.
//
//   rules ──cover──► boxes ──by shape──► groups, best rank first
//                                          │  shape: ipv4Dst/24 ipProtocol/8 dstPort/16
//                                          ▼
//                                  hash of those bits ──► bucket: the rules with such a box, in order
//
// (Tuple space search, Srinivasan, Suri, Varghese 1999.) A packet is looked up in one bucket of each group, and not in groups whose
// best rule comes after the rule found so far. A bucket only proposes: a rule is found when it matches the packet itself, so boxes may
// be too wide and hashes may collide. Shapes are as many as there are kinds of rules, not as there are rules.

import type { MetadataView } from "../../predicate/evaluate.js";
import type { Packet } from "../../packet/packet.js";
import { partsOf } from "../../predicate/inner-field.js";
import { comesBefore, rankOf, type RuleEntry } from "../rule-entry.js";
import { ruleMatches } from "../rule.js";
import { boundsOf, shapeKey, type Bounds } from "./box.js";
import type { Classifier } from "./classifier.js";
import { Column, columnKey, EMPTY_HASH, hashOf, mixHash } from "./column.js";
import { coverRule } from "./cover.js";

/** The boxes of one shape: bounds of the same lengths in the same dimensions. */
interface Group {
  readonly shape: string;
  readonly columns: readonly Column[];
  /** What a packet must have of all that `PacketPart` names. */
  readonly parts: number;
  /** Rules by the hash of their boxes; in each bucket the rule to try first is the last, since new rules mostly are. */
  readonly buckets: Map<number, RuleEntry[]>;
  /**
   * For each column, bit by bit, whether there was ever a box whose hash ends so, of this column and those before it: in a group of few
   * boxes most packets are told at the first column.
   */
  readonly filters: Int32Array;
  /** No rule of the group has a lower rank. Removals leave it as it is: too low a bound costs a look-up, never an answer. */
  bestRank: number;
}

/** Finds by hash. A rule change costs as much as the changed rule is large, however many others there are. */
export class TupleSpace implements Classifier {
  /** In ascending order of their best ranks. */
  readonly #groups: Group[] = [];
  readonly #groupsByShape = new Map<string, Group>();
  readonly #columns = new Map<string, Column>();
  #round = 0;
  #touched = 0;

  /** How many groups and buckets the changes so far have touched: their cost, for those who watch it. */
  get touched(): number {
    return this.#touched;
  }

  add(entry: RuleEntry): void {
    for (const bounds of coverRule(entry.rule).map(boundsOf)) {
      const group = this.#groupFor(bounds, rankOf(entry.rule));
      const hash = hashOfBounds(bounds, group.filters);
      const bucket = group.buckets.get(hash);
      if (bucket === undefined) group.buckets.set(hash, [entry]);
      else bucket.splice(placeOf(bucket, entry), 0, entry);
      this.#touched += 2;
    }
  }

  remove(entry: RuleEntry): void {
    for (const bounds of coverRule(entry.rule).map(boundsOf)) {
      const group = this.#groupsByShape.get(shapeKey(bounds));
      const hash = hashOfBounds(bounds);
      const bucket = group?.buckets.get(hash);
      if (group === undefined || bucket === undefined) continue;
      bucket.splice(placeOf(bucket, entry), 1);
      if (bucket.length === 0) group.buckets.delete(hash);
      if (group.buckets.size === 0) this.#dropGroup(group);
      this.#touched += 2;
    }
  }

  clear(): void {
    this.#groups.length = 0;
    this.#groupsByShape.clear();
    this.#columns.clear();
  }

  find(packet: Packet, metadata: MetadataView): RuleEntry | undefined {
    this.#round += 1;
    const parts = partsOf(packet);
    let found: RuleEntry | undefined;
    for (const group of this.#groups) {
      if (found !== undefined && rankOf(found.rule) < group.bestRank) break;
      if ((group.parts & ~parts) === 0) found = this.#findIn(group, packet, metadata, found);
    }
    return found;
  }

  /** The first of `found` and the group's matching rules. */
  #findIn(group: Group, packet: Packet, metadata: MetadataView, found: RuleEntry | undefined): RuleEntry | undefined {
    let hash = EMPTY_HASH;
    const { columns, filters } = group;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as Column; // Unwrap: i is below the length
      column.read(this.#round, packet, metadata);
      if (!column.isPresent) return found;
      hash = mixHash(hash, column.hash);
      const filter = filters[i] as number; // Unwrap: there is a filter for each column
      if (((filter >>> hash) & 1) === 0) return found;
    }
    const bucket = group.buckets.get(hash) ?? NO_ENTRIES;
    for (let i = bucket.length - 1; i >= 0; i--) {
      const entry = entryAt(bucket, i);
      if (found !== undefined && comesBefore(found, entry)) return found;
      if (ruleMatches(entry.rule, packet, metadata)) return entry;
    }
    return found;
  }

  /** The group of a box's shape, in its place for a rule of this rank. */
  #groupFor(bounds: Bounds, rank: number): Group {
    const shape = shapeKey(bounds);
    const existing = this.#groupsByShape.get(shape);
    if (existing !== undefined && existing.bestRank <= rank) return existing;
    if (existing !== undefined) this.#groups.splice(this.#groups.indexOf(existing), 1);
    const group = existing ?? makeGroup(shape, this.#columnsOf(bounds), rank);
    group.bestRank = rank;
    const next = this.#groups.findIndex((other) => other.bestRank > rank);
    this.#groups.splice(next < 0 ? this.#groups.length : next, 0, group);
    this.#groupsByShape.set(shape, group);
    return group;
  }

  #dropGroup(group: Group): void {
    this.#groups.splice(this.#groups.indexOf(group), 1);
    this.#groupsByShape.delete(group.shape);
    for (const column of group.columns) {
      column.uses -= 1;
      if (column.uses === 0) this.#columns.delete(column.key);
    }
  }

  #columnsOf(bounds: Bounds): Column[] {
    return bounds.map(([dimension, { bits }]) => {
      const key = columnKey(dimension, bits);
      const column = this.#columns.get(key) ?? new Column(dimension, bits);
      column.uses += 1;
      this.#columns.set(key, column);
      return column;
    });
  }
}

function makeGroup(shape: string, columns: readonly Column[], bestRank: number): Group {
  const parts = columns.reduce((all, { part = 0 }) => all | part, 0);
  return { shape, columns, parts, buckets: new Map(), filters: new Int32Array(columns.length), bestRank };
}

const NO_ENTRIES: readonly RuleEntry[] = [];

/** @param filters where the bits of the box are to be set, if they are */
function hashOfBounds(bounds: Bounds, filters?: Int32Array): number {
  let hash = EMPTY_HASH;
  for (const [i, [, prefix]] of bounds.entries()) {
    hash = mixHash(hash, hashOf(prefix));
    if (filters !== undefined) filters[i] = (filters[i] ?? 0) | (1 << hash);
  }
  return hash;
}

/** Where `entry` is or should be in a bucket, behind all rules that are tried after it. */
function placeOf(bucket: readonly RuleEntry[], entry: RuleEntry): number {
  let low = 0;
  let high = bucket.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comesBefore(entry, entryAt(bucket, middle))) low = middle + 1;
    else high = middle;
  }
  return low;
}

function entryAt(bucket: readonly RuleEntry[], index: number): RuleEntry {
  return bucket[index] as RuleEntry; // Unwrap: every caller's index lies in the bucket
}
