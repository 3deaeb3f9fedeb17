// The unified flow table (UFT) of one direction (spec 02 §11.6): what a flow's packets have done to them, by their original flow id.
//
//   record (words): 0-6 flow-table.ts | EPOCH | CHECKED | FLAGS | PROGRAM … transform program | HASH | TCP slot, TCP id | PARTNER | PARENTS
//
// A hit reads the record and nothing else; only flows that cannot be compiled have a recorded list of transformations beside it.

import { ALWAYS_EVICTABLE, ttlPriority } from "../flow/eviction.js";
import { ExpiryWheel } from "../flow/expiry-wheel.js";
import { FlowKey, type FlowId } from "../flow/flow-id.js";
import { FlowTable, TABLE_WORDS } from "../flow/flow-table.js";
import { NONE, type FlowPairs } from "../layer/flow-pairs.js";
import { FLOW_TTL_MS, type FlowEntryDump } from "../layer/layer-flows.js";
import type { BodyTransform } from "../transform/body-transform.js";
import type { HeaderTransform } from "../transform/header-transform.js";
import { PROGRAM_WORDS, releaseProgram } from "../transform/program.js";
import type { TemplateTable } from "../transform/template-table.js";

/** Port epoch at which the entry was made, low 32 bits. */
export const EPOCH: number = TABLE_WORDS;
/** `killEpoch` at which the parents were last seen alive. */
const CHECKED = TABLE_WORDS + 1;
export const FLAGS: number = TABLE_WORDS + 2;
/** Transform program of a record (transform/program.ts). */
export const PROGRAM: number = TABLE_WORDS + 3;
/** CRC-32 of the original flow id. */
export const HASH: number = PROGRAM + PROGRAM_WORDS;
/** Slot of the flow's TCP entry, or -1; valid while {@link TCP_ID} matches. */
export const TCP_SLOT: number = HASH + 1;
export const TCP_ID: number = HASH + 2;
/** Outbound entries: slot of the inbound entry that named this one its partner last, or -1. */
export const PARTNER: number = HASH + 3;
/** Head of the list of parents in {@link FlowPairs}. */
const PARENTS = HASH + 4;
const OWNER_WORDS = PROGRAM_WORDS + 8;

/** The flow goes to an internal target: the guest's MTU does not bound it. */
export const FLAG_MTU_UNRESTRICTED = 1;
/** The record's program is not set: replay the recorded list. */
export const FLAG_LIST = 2;

/** What a flow does to its packets, in the form that dumps print and path 2 replays. */
export interface RecordedTransforms {
  /** Empty for a compiled flow. */
  readonly headers: readonly HeaderTransform[];
  readonly bodies: readonly BodyTransform[];
  /** `hdr: encap, body: ` (spec 02 §11.6). */
  readonly summary: string;
}

/** Told of an entry that expired (both times 0 on eviction). */
export type UftExpiryListener = (flow: FlowKey, lastHitMs: number, nowMs: number) => void;

/** One direction of the unified flow table. */
export class Uft {
  readonly table: FlowTable;
  readonly #pairs: FlowPairs;
  readonly #templates: TemplateTable;
  readonly #recorded: (RecordedTransforms | undefined)[] = [];
  readonly #removing: (slot: number) => void;
  readonly #victimKey: FlowKey = new FlowKey();
  readonly #wheel: ExpiryWheel;
  /** `killEpoch` at the last sweep for killed entries. */
  #sweptEpoch = 0;

  /** @param removing told of every entry before it leaves the table, but not when the table is cleared */
  constructor(limit: number, pairs: FlowPairs, templates: TemplateTable, removing: (slot: number) => void) {
    this.table = new FlowTable(limit, OWNER_WORDS, pairs.undo);
    this.#wheel = new ExpiryWheel(pairs.undo);
    this.#pairs = pairs;
    this.#templates = templates;
    this.#removing = removing;
  }

  /** The slot of a live entry, or -1. */
  find(flow: FlowKey): number {
    const slot = this.table.find(flow);
    return slot >= 0 && this.#isAlive(slot) ? slot : NONE;
  }

  /**
   * Adds an entry, replacing one with the same key. A full table gives up a killed entry, else its longest-idle TCP flow.
   *
   * @param parents head of the list of parents, which the entry takes over
   * @returns its slot, or -1 when nothing can be evicted: then the parents are given up
   */
  insert(
    flow: FlowKey,
    nowMs: number,
    epoch: number,
    parents: number,
    recorded: RecordedTransforms,
    evicted: (flow: FlowKey) => void,
  ): number {
    const existing = this.table.find(flow);
    if (existing >= 0) this.remove(existing);
    else if (this.table.isFull && !this.#evict(evicted)) {
      this.#pairs.unlinkAll(parents);
      return NONE;
    }
    const slot = this.table.insert(flow.words, nowMs);
    this.table.setWord(slot, EPOCH, epoch);
    this.table.setWord(slot, TCP_SLOT, NONE);
    this.table.setWord(slot, PARTNER, NONE);
    this.table.setWord(slot, PARENTS, parents);
    this.table.setWord(slot, CHECKED, this.#pairs.killEpoch);
    this.setRecorded(slot, recorded);
    this.#wheel.schedule(slot, nowMs + FLOW_TTL_MS);
    return slot;
  }

  /** Removes an entry; its last hit is not handed on. */
  remove(slot: number): void {
    this.#removing(slot);
    this.#wheel.cancel(slot);
    this.#release(slot);
    this.table.remove(slot);
  }

  /** Head of the entry's list of parents. */
  parents(slot: number): number {
    return this.table.word(slot, PARENTS);
  }

  recorded(slot: number): RecordedTransforms | undefined {
    return this.#recorded[slot];
  }

  setRecorded(slot: number, recorded: RecordedTransforms | undefined): void {
    const { undo } = this.#pairs;
    if (undo.isOn) {
      const before = this.#recorded[slot];
      undo.note(() => (this.#recorded[slot] = before));
    }
    this.#recorded[slot] = recorded;
  }

  clear(): void {
    for (const slot of this.table.sortedSlots()) this.#release(slot);
    this.table.clear();
    this.#wheel.clear();
  }

  /** Removes entries idle for 60 s, handing their last hit to their parents, and killed ones silently. */
  expire(nowMs: number, key: FlowKey, expired: UftExpiryListener): void {
    const { table } = this;
    const due = new Set(this.#wheel.takeDue(nowMs, (slot) => table.lastHit(slot) + FLOW_TTL_MS));
    // All in flow order, so that resources come free in that order too.
    const killed = this.#takeKilled().filter((slot) => !due.has(slot));
    const going = [...due, ...killed].sort((a, b) => table.compareSlots(a, b));
    for (const slot of going) {
      if (due.has(slot)) {
        const lastHitMs = table.lastHit(slot);
        table.readKey(slot, key);
        expired(key, lastHitMs, nowMs);
        this.#pairs.inheritAll(table.word(slot, PARENTS), lastHitMs);
      }
      this.remove(slot);
    }
  }

  dump(): (readonly [FlowId, FlowEntryDump])[] {
    return this.table.sortedSlots().map((slot) => [this.table.flowId(slot), this.dumpEntry(slot)]);
  }

  dumpEntry(slot: number): FlowEntryDump {
    return { hits: this.table.hits(slot), summary: this.#recorded[slot]?.summary ?? "" };
  }

  #isAlive(slot: number): boolean {
    const killEpoch = this.#pairs.killEpoch;
    if (this.table.word(slot, CHECKED) === killEpoch) return true;
    if (!this.#pairs.allAlive(this.table.word(slot, PARENTS))) return false;
    this.table.setWord(slot, CHECKED, killEpoch);
    return true;
  }

  /** Slots of the killed entries, if there may be any since the last sweep. */
  #takeKilled(): number[] {
    const killed: number[] = [];
    if (this.#sweptEpoch === this.#pairs.killEpoch) return killed;
    this.#sweptEpoch = this.#pairs.killEpoch;
    for (let slot = 0; slot < this.table.slotEnd; slot++) {
      if (this.table.isUsed(slot) && !this.#isAlive(slot)) killed.push(slot);
    }
    return killed;
  }

  #evict(evicted: (flow: FlowKey) => void): boolean {
    const victim = this.#findVictim();
    if (victim < 0) return false;
    this.table.readKey(victim, this.#victimKey);
    evicted(this.#victimKey);
    this.#pairs.inheritAll(this.table.word(victim, PARENTS), this.table.lastHit(victim));
    this.remove(victim);
    return true;
  }

  /** A killed entry, else the TCP flow that is idle longest; of equals the lowest flow. */
  #findVictim(): number {
    const { table } = this;
    let killed = NONE;
    let idlest = NONE;
    for (let slot = 0; slot < table.slotEnd; slot++) {
      if (!table.isUsed(slot)) continue;
      if (!this.#isAlive(slot)) {
        if (killed < 0 || table.compareSlots(slot, killed) < 0) killed = slot;
      } else if (ttlPriority(table.proto(slot)) === ALWAYS_EVICTABLE) {
        const older = idlest < 0 ? -1 : table.lastHit(slot) - table.lastHit(idlest);
        if (older < 0 || (older === 0 && table.compareSlots(slot, idlest) < 0)) idlest = slot;
      }
    }
    return killed >= 0 ? killed : idlest;
  }

  #release(slot: number): void {
    this.#pairs.unlinkAll(this.table.word(slot, PARENTS));
    if ((this.table.word(slot, FLAGS) & FLAG_LIST) === 0) {
      releaseProgram(this.table.records, slot * this.table.stride + PROGRAM, this.#templates);
    }
    this.setRecorded(slot, undefined);
  }
}
