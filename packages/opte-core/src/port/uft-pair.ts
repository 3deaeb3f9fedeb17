// The two directions of the unified flow table, and which entries belong together (spec 02 §11.3, §11.5).
//
// An inbound entry knows the outbound flow id that answers it; an outbound entry learns its partner only from an inbound miss.

import type { Direction } from "opte-api";
import { FlowKey } from "../flow/flow-id.js";
import type { MemoryRoom } from "../flow/memory-room.js";
import type { UndoLog } from "../flow/undo-log.js";
import { NONE, type FlowPairs } from "../layer/flow-pairs.js";
import { rewriteFlow } from "../transform/program.js";
import type { TemplateTable } from "../transform/template-table.js";
import { FLAG_LIST, PROGRAM, Uft, type UftRecords } from "./uft.js";

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
  /** Outbound flow ids that answer inbound entries, by their slots, as far as their programs do not say. */
  readonly #answers: Map<number, FlowKey> = new Map();
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

  /**
   * Notes that inbound entry `slot`, which is complete but for that, is answered by outbound flow `outbound`, which then knows its
   * partner too.
   */
  pair(slot: number, outbound: FlowKey): void {
    deriveAnswer(this.in, slot, this.#key);
    if (!this.#key.equals(outbound)) this.#setAnswer(slot, outbound.clone());
    const partner = this.out.table.find(outbound);
    if (partner >= 0) this.out.setPartner(partner, slot);
  }

  /** The partner of an entry in the opposite table, or -1. */
  partner(dir: Direction, slot: number): number {
    if (dir === "out") return this.out.partner(slot);
    this.readOutbound(slot, this.#key);
    return this.out.table.find(this.#key);
  }

  /** Reads the outbound flow id that answers inbound entry `slot`. */
  readOutbound(slot: number, key: FlowKey): void {
    readAnswer(this.in, this.#answers, slot, key);
  }

  /** Sizes of what {@link frozen} copies, in words. */
  get wordsInUse(): readonly number[] {
    return [...this.in.table.wordsInUse, ...this.out.table.wordsInUse];
  }

  /** A copy of all entries, for reading, which stays as it is whatever becomes of the tables. */
  frozen(room: MemoryRoom): UftPairRecords {
    const inbound = this.in.frozen(room);
    const answers = new Map(this.#answers);
    return {
      in: inbound,
      out: this.out.frozen(room),
      readOutbound: (slot, key) => {
        readAnswer(inbound, answers, slot, key);
      },
    };
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
    this.#answers.clear();
  }

  /** The clock went back. */
  clockSetBack(): void {
    this.in.clockSetBack();
    this.out.clockSetBack();
  }

  #setAnswer(slot: number, answer: FlowKey | undefined): void {
    const before = this.#answers.get(slot);
    if (before === answer) return;
    if (this.#undo.isOn) this.#undo.note(() => this.#setAnswer(slot, before));
    if (answer === undefined) this.#answers.delete(slot);
    else this.#answers.set(slot, answer);
  }

  #forgetInbound(slot: number): void {
    this.readOutbound(slot, this.#key);
    const partner = this.out.table.find(this.#key);
    if (partner >= 0 && this.out.partner(partner) === slot) this.out.setPartner(partner, NONE);
    this.#setAnswer(slot, undefined);
  }
}

/** Reads what answers the inbound entry in `slot`, `answers` being those that do not follow from the entries. */
function readAnswer(inbound: UftRecords, answers: ReadonlyMap<number, FlowKey>, slot: number, key: FlowKey): void {
  const answer = answers.get(slot);
  if (answer === undefined) deriveAnswer(inbound, slot, key);
  else key.copyFrom(answer);
}

/** What answers a flow is, but for odd networks, the mirror of what its program makes of its id. */
function deriveAnswer(inbound: UftRecords, slot: number, key: FlowKey): void {
  const { table } = inbound;
  table.readKey(slot, DELIVERED);
  if ((inbound.flags(slot) & FLAG_LIST) === 0) {
    rewriteFlow(table.records, slot * table.stride + PROGRAM, DELIVERED);
  }
  key.mirrorFrom(DELIVERED);
}

/** For short-lived use inside {@link deriveAnswer}. */
const DELIVERED = new FlowKey();
