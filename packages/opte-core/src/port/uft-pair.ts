// The two directions of the unified flow table, and which entries belong together (spec 02 §11.3, §11.5).
//
// An inbound entry knows the outbound flow id that answers it; an outbound entry learns its partner only from an inbound miss.

import type { Direction } from "opte-api";
import { FLOW_WORDS, FlowKey } from "../flow/flow-id.js";
import type { MemoryRoom } from "../flow/memory-room.js";
import type { UndoLog } from "../flow/undo-log.js";
import { NONE, type FlowPairs } from "../layer/flow-pairs.js";
import type { TemplateTable } from "../transform/template-table.js";
import { PARTNER, Uft, type UftRecords } from "./uft.js";

/** What can be read of both directions. */
export interface UftPairRecords {
  readonly in: UftRecords;
  readonly out: UftRecords;
  /** Reads the outbound flow id that answers inbound entry `slot`. */
  readOutbound(slot: number, key: FlowKey): void;
}

export class UftPair {
  readonly in: Uft;
  readonly out: Uft;
  /** Outbound flow id that answers each inbound entry, ten words a slot. */
  #partnerKeys: Int32Array = new Int32Array(0);
  readonly #key: FlowKey = new FlowKey();
  readonly #undo: UndoLog;

  constructor(limit: number, pairs: FlowPairs, templates: TemplateTable) {
    this.#undo = pairs.undo;
    this.in = new Uft("in", limit, pairs, templates, (slot) => {
      this.#forgetInbound(slot);
    });
    this.out = new Uft("out", limit, pairs, templates, () => {
      // Inbound entries find their partner by its flow id.
    });
  }

  table(dir: Direction): Uft {
    return dir === "in" ? this.in : this.out;
  }

  /** Notes that inbound entry `slot` is answered by outbound flow `outbound`, which then knows its partner too. */
  pair(slot: number, outbound: FlowKey): void {
    const needed = this.in.table.capacity * FLOW_WORDS;
    if (this.#partnerKeys.length < needed) {
      const keys = new Int32Array(needed);
      keys.set(this.#partnerKeys);
      this.#partnerKeys = keys;
    }
    this.#rememberKey(slot);
    this.#partnerKeys.set(outbound.words, slot * FLOW_WORDS);
    const partner = this.out.table.find(outbound);
    if (partner >= 0) this.#setPartner(partner, slot);
  }

  /** The partner of an entry in the opposite table, or -1. */
  partner(dir: Direction, slot: number): number {
    if (dir === "out") return this.out.table.word(slot, PARTNER);
    this.readOutbound(slot, this.#key);
    return this.out.table.find(this.#key);
  }

  /** Reads the outbound flow id that answers inbound entry `slot`. */
  readOutbound(slot: number, key: FlowKey): void {
    key.words.set(this.#partnerKeys.subarray(slot * FLOW_WORDS, (slot + 1) * FLOW_WORDS));
  }

  /** Sizes of what {@link frozen} copies, in words. */
  get wordsInUse(): readonly number[] {
    return [this.in.table.recordsInUse, this.out.table.recordsInUse, this.#partnerKeysInUse];
  }

  /** A copy of all entries, for reading, which stays as it is whatever becomes of the tables. */
  frozen(room: MemoryRoom): UftPairRecords {
    const keys = room.copy(this.#partnerKeys, this.#partnerKeysInUse);
    return {
      in: this.in.frozen(room),
      out: this.out.frozen(room),
      readOutbound: (slot, { words }) => {
        words.set(keys.subarray(slot * FLOW_WORDS, (slot + 1) * FLOW_WORDS));
      },
    };
  }

  get #partnerKeysInUse(): number {
    return Math.min(this.#partnerKeys.length, this.in.table.slotEnd * FLOW_WORDS);
  }

  remove(dir: Direction, flow: FlowKey): boolean {
    const uft = this.table(dir);
    const slot = uft.table.find(flow);
    if (slot >= 0) uft.remove(slot);
    return slot >= 0;
  }

  clear(): void {
    this.in.clear();
    this.out.clear();
  }

  /** The clock went back. */
  clockSetBack(): void {
    this.in.clockSetBack();
    this.out.clockSetBack();
  }

  #setPartner(outbound: number, inbound: number): void {
    this.out.table.remember(outbound);
    this.out.table.setWord(outbound, PARTNER, inbound);
  }

  /** The key may be that of an entry which a dry run has removed. */
  #rememberKey(slot: number): void {
    if (!this.#undo.isOn) return;
    const at = slot * FLOW_WORDS;
    const key = this.#partnerKeys.slice(at, at + FLOW_WORDS);
    this.#undo.note(() => this.#partnerKeys.set(key, at));
  }

  #forgetInbound(slot: number): void {
    this.readOutbound(slot, this.#key);
    const partner = this.out.table.find(this.#key);
    if (partner >= 0 && this.out.table.word(partner, PARTNER) === slot) this.#setPartner(partner, NONE);
  }
}
