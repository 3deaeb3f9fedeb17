// The plain classifier: tries one rule after the other, in order. The oracle of every other one.

import type { MetadataView } from "../../predicate/evaluate.js";
import type { Packet } from "../../packet/packet.js";
import type { Classifier } from "./classifier.js";
import { comesBefore, type RuleEntry } from "../rule-entry.js";
import { ruleMatches } from "../rule.js";

/** Finds by scanning: time grows with the number of rules. */
export class OrderedScan implements Classifier {
  #entries: RuleEntry[] = [];

  add(entry: RuleEntry): void {
    const place = this.#entries.findIndex((other) => comesBefore(entry, other));
    this.#entries.splice(place < 0 ? this.#entries.length : place, 0, entry);
  }

  remove(entry: RuleEntry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
  }

  clear(): void {
    this.#entries = [];
  }

  find(packet: Packet, metadata: MetadataView): RuleEntry | undefined {
    return this.#entries.find((entry) => ruleMatches(entry.rule, packet, metadata));
  }
}
