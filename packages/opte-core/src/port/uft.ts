// The unified flow table (UFT) of one direction (spec 02 §11.6): what a flow's packets have done to them, by their original flow id.
//
//   record (words): 0-6 flow-table.ts | EPOCH | FLAGS | PROGRAM … transform program | HASH | TCP slot, TCP id
//   aside: parents, and of an outbound entry its partner
//
// A hit reads the record and nothing else; only flows that cannot be compiled have a recorded list of transformations beside it. What
// dumps print of the others is the same text for many, so FLAGS has its number: bits 0-1 flags, 2-30 the number, sign: a parent was killed.

import type { Direction } from "opte-api";
import { ALWAYS_EVICTABLE, ttlPriority } from "../flow/eviction.js";
import type { FlowId, FlowKey } from "../flow/flow-id.js";
import { TABLE_WORDS, type FlowRecords, type FlowTable } from "../flow/flow-table.js";
import type { MemoryRoom } from "../flow/memory-room.js";
import { NONE, type FlowPairs } from "../layer/flow-pairs.js";
import { FLOW_TTL_MS, type FlowEntryDump } from "../layer/layer-flows.js";
import type { BodyTransform } from "../transform/body-transform.js";
import type { HeaderTransform } from "../transform/header-transform.js";
import { PROGRAM_WORDS, releaseProgram } from "../transform/program.js";
import type { TemplateTable } from "../transform/template-table.js";
import { DependantEntries, type EntryKind, type FlowExpiryListener } from "./dependant-entries.js";

/** Port epoch at which the entry was made, low 32 bits. */
export const EPOCH: number = TABLE_WORDS;
export const FLAGS: number = TABLE_WORDS + 1;
/** Transform program of a record (transform/program.ts). */
export const PROGRAM: number = TABLE_WORDS + 2;
/** CRC-32 of the original flow id. */
export const HASH: number = PROGRAM + PROGRAM_WORDS;
/** Slot of the flow's TCP entry, or -1; valid while {@link TCP_ID} matches. */
export const TCP_SLOT: number = HASH + 1;
export const TCP_ID: number = HASH + 2;
const OWNER_WORDS = PROGRAM_WORDS + 5;
/** The list of parents. */
const PARENTS = 0;
const PARENT_LISTS = 1;
const PARTNER = 1;

/** The flow goes to an internal target: the guest's MTU does not bound it. */
export const FLAG_MTU_UNRESTRICTED = 1;
/** The record's program is not set: replay the recorded list. */
export const FLAG_LIST = 2;
const FLAG_MASK = FLAG_MTU_UNRESTRICTED | FLAG_LIST;
const FLAG_BITS = 2;
const NUMBER = 0x7fff_fffc;
const NO_TRANSFORMS = [] as const;

/** What a flow does to its packets, in the form that dumps print and path 2 replays. */
export interface RecordedTransforms {
  /** Empty for a compiled flow. */
  readonly headers: readonly HeaderTransform[];
  readonly bodies: readonly BodyTransform[];
  /** `hdr: encap, body: ` (spec 02 §11.6). */
  readonly summary: string;
}

/** What can be read of one direction. */
export interface UftRecords {
  readonly table: FlowRecords;
  /** Absent if nothing is. */
  recorded(slot: number): RecordedTransforms | undefined;
  /** `FLAG_MTU_UNRESTRICTED`, `FLAG_LIST`. */
  flags(slot: number): number;
  /** Head of the entry's list of parents. */
  parents(slot: number): number;
  /** Outbound entries: slot of the inbound entry that named this one its partner last, or -1. */
  partner(slot: number): number;
}

/** One direction of the unified flow table. */
export class Uft {
  readonly table: FlowTable;
  readonly #entries: DependantEntries;
  readonly #hasPartners: boolean;
  readonly #pairs: FlowPairs;
  readonly #templates: TemplateTable;
  /** What compiled flows have recorded, by its number. */
  readonly #shared: RecordedTransforms[] = [];
  readonly #numbers: Map<string, number> = new Map();
  /** What other flows have recorded, by their slots. */
  readonly #lists: Map<number, RecordedTransforms> = new Map();

  /** @param removing told of every entry before it leaves the table, but not when the table is cleared */
  constructor(
    dir: Direction,
    limit: number,
    pairs: FlowPairs,
    templates: TemplateTable,
    removing: (slot: number) => void,
  ) {
    const kind: EntryKind = {
      name: dir === "in" ? "uftIn" : "uftOut",
      words: OWNER_WORDS,
      killedWord: FLAGS,
      parentLists: PARENT_LISTS,
      asideWords: dir === "in" ? PARENT_LISTS : PARTNER + 1,
      classes: 1,
      ttlMs: () => FLOW_TTL_MS,
      classOf: (slot) => (ttlPriority(this.table.proto(slot)) === ALWAYS_EVICTABLE ? 0 : NONE),
      priority: () => ALWAYS_EVICTABLE,
      removing,
      release: (slot) => {
        this.#release(slot);
      },
    };
    this.#entries = new DependantEntries(limit, kind, pairs);
    this.table = this.#entries.table;
    this.#hasPartners = dir === "out";
    this.#pairs = pairs;
    this.#templates = templates;
  }

  /** The slot of a live entry, or -1. */
  find(flow: FlowKey): number {
    const slot = this.table.find(flow);
    return slot >= 0 && this.table.word(slot, FLAGS) >= 0 ? slot : NONE;
  }

  /**
   * Adds an entry, replacing one with the same key. A full table gives up a killed entry, else its longest-idle TCP flow. What it does to
   * packets, {@link setCompiled} or {@link setRecorded} must say next.
   *
   * @param parents head of the list of parents, which the entry takes over
   * @returns its slot, or -1 when nothing can be evicted: then the parents are given up
   */
  insert(flow: FlowKey, nowMs: number, epoch: number, parents: number, evicted: (flow: FlowKey) => void): number {
    if (!this.#entries.makeRoom(flow, nowMs, evicted)) {
      this.#pairs.unlinkAll(parents);
      return NONE;
    }
    return this.load(flow, nowMs, epoch, parents);
  }

  /** Adds an entry as {@link insert} does; there is room, and none with its flow. @returns its slot */
  load(flow: FlowKey, nowMs: number, epoch: number, parents: number): number {
    const slot = this.#entries.insert(flow, nowMs);
    this.table.setWord(slot, EPOCH, epoch);
    this.table.setWord(slot, TCP_SLOT, NONE);
    if (this.#hasPartners) this.table.setAside(slot, PARTNER, NONE);
    this.#entries.setParents(slot, PARENTS, parents);
    this.#entries.settle(slot, nowMs);
    return slot;
  }

  /** Removes an entry; its last hit is not handed on. */
  remove(slot: number): void {
    this.#entries.remove(slot);
  }

  /** Head of the entry's list of parents. */
  parents(slot: number): number {
    return this.#entries.parents(slot, PARENTS);
  }

  /** Slot of the inbound entry that named this outbound one its partner last, or -1. */
  partner(slot: number): number {
    return this.table.aside(slot, PARTNER);
  }

  /** Notes who named this outbound entry its partner. */
  setPartner(slot: number, inbound: number): void {
    this.table.remember(slot);
    this.table.setAside(slot, PARTNER, inbound);
  }

  /** The entry's flags, {@link FLAG_MTU_UNRESTRICTED} and {@link FLAG_LIST}. */
  flags(slot: number): number {
    return this.table.word(slot, FLAGS) & FLAG_MASK;
  }

  recorded(slot: number): RecordedTransforms | undefined {
    return recordedOf(this.table.word(slot, FLAGS), slot, this.#shared, this.#lists);
  }

  /**
   * Says that an entry's program, which stands in its record, does all that is to be done.
   *
   * @param flags {@link FLAG_MTU_UNRESTRICTED} or 0
   */
  setCompiled(slot: number, flags: number, summary: string): void {
    this.table.setWord(slot, FLAGS, flags | (this.#number(summary) << FLAG_BITS));
  }

  /** Says that an entry has no program, but replays what was recorded. */
  setRecorded(slot: number, flags: number, recorded: RecordedTransforms): void {
    this.table.setWord(slot, FLAGS, flags | FLAG_LIST);
    this.#rememberList(slot);
    this.#lists.set(slot, recorded);
  }

  /** A copy of the entries, for reading, which stays as it is whatever becomes of the table. */
  frozen(room: MemoryRoom): UftRecords {
    const table = this.table.frozen(room);
    const shared = this.#shared.slice();
    const lists = new Map(this.#lists);
    return {
      table,
      recorded: (slot) => recordedOf(table.word(slot, FLAGS), slot, shared, lists),
      flags: (slot) => table.word(slot, FLAGS) & FLAG_MASK,
      parents: (slot) => table.aside(slot, PARENTS),
      partner: (slot) => table.aside(slot, PARTNER),
    };
  }

  clear(): void {
    this.#entries.clear();
  }

  /**
   * Removes entries idle for 60 s, handing their last hit to their parents, and killed ones silently:
   * all of them, if fewer than `most` had to be looked at.
   *
   * @returns how many were
   */
  expire(nowMs: number, key: FlowKey, expired: FlowExpiryListener, most?: number): number {
    return this.#entries.expire(nowMs, key, expired, most);
  }

  /** The clock went back. */
  clockSetBack(): void {
    this.#entries.clockSetBack();
  }

  dump(): (readonly [FlowId, FlowEntryDump])[] {
    return this.table.sortedSlots().map((slot) => [this.table.flowId(slot), this.dumpEntry(slot)]);
  }

  dumpEntry(slot: number): FlowEntryDump {
    return { hits: this.table.hits(slot), summary: this.recorded(slot)?.summary ?? "" };
  }

  /** Number of a summary. There are as many as there are ways for layers to transform one after the other. */
  #number(summary: string): number {
    let number = this.#numbers.get(summary);
    if (number === undefined) {
      number = this.#shared.push({ headers: NO_TRANSFORMS, bodies: NO_TRANSFORMS, summary }) - 1;
      this.#numbers.set(summary, number);
    }
    return number;
  }

  /** A dry run puts back what it replaces. */
  #rememberList(slot: number): void {
    const { undo } = this.#pairs;
    if (!undo.isOn) return;
    const before = this.#lists.get(slot);
    undo.note(() => {
      if (before === undefined) this.#lists.delete(slot);
      else this.#lists.set(slot, before);
    });
  }

  #release(slot: number): void {
    if ((this.table.word(slot, FLAGS) & FLAG_LIST) === 0) {
      releaseProgram(this.table.records, slot * this.table.stride + PROGRAM, this.#templates);
    } else {
      this.#rememberList(slot);
      this.#lists.delete(slot);
    }
  }
}

/** @param word the entry's word `FLAGS` */
function recordedOf(
  word: number,
  slot: number,
  shared: readonly RecordedTransforms[],
  lists: ReadonlyMap<number, RecordedTransforms>,
): RecordedTransforms | undefined {
  return (word & FLAG_LIST) === 0 ? shared[(word & NUMBER) >> FLAG_BITS] : lists.get(slot);
}
