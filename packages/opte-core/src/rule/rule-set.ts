// The rules of one direction of a layer, in the order in which they are tried (spec 02 §4).

import type { DefaultAction } from "../action/action.js";
import type { MetadataView } from "../predicate/evaluate.js";
import type { Packet } from "../packet/packet.js";
import type { Classifier } from "./classifier/classifier.js";
import { TupleSpace } from "./classifier/tuple-space.js";
import { comesBefore, type RuleEntry } from "./rule-entry.js";
import { rulesEqual, type Rule } from "./rule.js";

export type { RuleEntry } from "./rule-entry.js";

/** An ordered, counted set of rules with a default. Changes are atomic: a packet sees all of one or nothing. */
export class RuleSet {
  /** What happens where no rule matches. */
  readonly defaultAction: DefaultAction;
  #defaultHits = 0;
  #nextId = 0;
  #entries: RuleEntry[] = [];
  readonly #entriesById = new Map<number, RuleEntry>();
  readonly #classifier: Classifier;

  /** @param classifier what finds the rules; must be empty. */
  constructor(defaultAction: DefaultAction, classifier: Classifier = new TupleSpace()) {
    this.defaultAction = defaultAction;
    this.#classifier = classifier;
  }

  /** How many rules there are. */
  get size(): number {
    return this.#entries.length;
  }

  /** How many packets met no rule, since the set was made. */
  get defaultHits(): number {
    return this.#defaultHits;
  }

  /** The rules in the order in which they are tried; valid until the next change. */
  get entries(): readonly RuleEntry[] {
    return this.#entries;
  }

  /** The first rule that matches, counting a hit for it; `undefined`, counting a default hit, where none does. */
  match(packet: Packet, metadata: MetadataView): RuleEntry | undefined {
    const entry = this.find(packet, metadata);
    if (entry === undefined) this.#defaultHits += 1;
    else entry.hits += 1;
    return entry;
  }

  /** The first rule that matches, without a trace of the question. */
  find(packet: Packet, metadata: MetadataView): RuleEntry | undefined {
    return this.#classifier.find(packet, metadata);
  }

  /**
   * Adds a rule in its place: by priority; among equal priorities every deny precedes every other action, and within each of the two
   * the newest is first.
   *
   * @returns the rule's id: counted from 0 and never used again
   */
  add(rule: Rule): number {
    const entry: RuleEntry = { id: this.#nextId, rule, hits: 0 };
    this.#nextId += 1;
    this.#insert(entry);
    return entry.id;
  }

  /** @returns whether there was such a rule */
  remove(id: number): boolean {
    const entry = this.#entriesById.get(id);
    if (entry === undefined) return false;
    this.#entries.splice(this.#placeOf(entry), 1);
    this.#entriesById.delete(id);
    this.#classifier.remove(entry);
    return true;
  }

  /** Replaces all rules by `rules`, added one by one, so that of equals the last one is tried first. Ids and default hits go on. */
  replace(rules: readonly Rule[]): void {
    this.#reset(rules.map((rule) => ({ id: this.#nextId++, rule, hits: 0 })));
  }

  /** The id that the next rule will get. */
  get nextId(): number {
    return this.#nextId;
  }

  /** Takes over the rules of another set, ids and hits included; `nextId` is above all of them. */
  load(entries: readonly RuleEntry[], nextId: number, defaultHits: number): void {
    this.#reset(entries.map((entry) => ({ ...entry })));
    this.#nextId = nextId;
    this.#defaultHits = defaultHits;
  }

  /** Id of the first rule, in the order of trial, that asks the same as `rule`; priorities and actions do not count. */
  findEqual(rule: Rule): number | undefined {
    return this.#entries.find((entry) => rulesEqual(entry.rule, rule))?.id;
  }

  /** Replaces all entries; sorting many at once moves none of them twice. */
  #reset(entries: RuleEntry[]): void {
    this.#entries = entries.sort((a, b) => (comesBefore(a, b) ? -1 : 1));
    this.#entriesById.clear();
    this.#classifier.clear();
    for (const entry of entries) this.#entriesById.set(entry.id, entry);
    // The classifier is quickest with a rule that is tried before all that it has.
    for (const entry of entries.toReversed()) this.#classifier.add(entry);
  }

  #insert(entry: RuleEntry): void {
    this.#entries.splice(this.#placeOf(entry), 0, entry);
    this.#entriesById.set(entry.id, entry);
    this.#classifier.add(entry);
  }

  /** Index where `entry` is or should be. */
  #placeOf(entry: RuleEntry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#entries[middle];
      if (other !== undefined && comesBefore(other, entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
