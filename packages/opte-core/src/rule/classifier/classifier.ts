// What a rule set asks of the structure that finds its rules.

import type { MetadataView } from "../../predicate/evaluate.js";
import type { Packet } from "../../packet/packet.js";
import type { RuleEntry } from "../rule-entry.js";

/** Finds the first matching rule in the order of trial (`comesBefore`). */
export interface Classifier {
  add(entry: RuleEntry): void;
  /** Removes an entry that was added. */
  remove(entry: RuleEntry): void;
  clear(): void;
  find(packet: Packet, metadata: MetadataView): RuleEntry | undefined;
}
