// The port's table of tracked TCP flows (spec 02 §13), keyed by the guest's outbound flow id.
//
// It reclaims table slots early and notices re-use of a flow; it does not validate TCP.
//
//   record (words): 0-6 flow-table.ts | ID | STATE | KNOWN | guest seq, guest ack, remote seq, remote ack |
//                   segments in, bytes in, segments out, bytes out, each a float | inbound key (10) | INBOUND_ENTRY
//   aside: parents in, parents out

import type { Direction, TcpState as TcpStateName } from "opte-api";
import { FLOW_WORDS, flowIdOf, FlowKey, type FlowId } from "../flow/flow-id.js";
import { NO_OPINION } from "../flow/eviction.js";
import { TABLE_WORDS, type FlowTable } from "../flow/flow-table.js";
import { TCP_LIFETIME_CLASSES, tcpLifetimeClass, tcpPriority, tcpTtlMs } from "../flow/tcp-lifetime.js";
import { nextTcpState, TCP_ACK, TCP_STATE_NAMES } from "../flow/tcp-matrix.js";
import { NONE, type FlowPairs } from "../layer/flow-pairs.js";
import type { DependantVerdicts } from "../layer/layer-flows.js";
import { float64, word32 } from "../packet/bytes.js";
import { DependantEntries, type EntryKind, type FlowExpiryListener } from "./dependant-entries.js";

/** Number of the entry, so that a unified entry notices when its TCP entry is gone and the slot taken again. */
export const TCP_ENTRY_ID: number = TABLE_WORDS;
export const TCP_STATE: number = TABLE_WORDS + 1;
/** Bits 0-3: which of the four numbers below were seen; negative once a parent was killed. */
export const TCP_KNOWN: number = TABLE_WORDS + 2;
export const TCP_GUEST_SEQ: number = TABLE_WORDS + 3;
const GUEST_ACK = TABLE_WORDS + 4;
export const TCP_REMOTE_SEQ: number = TABLE_WORDS + 5;
const REMOTE_ACK = TABLE_WORDS + 6;
// Floats, two words each, on an even word.
export const TCP_SEGS_IN: number = TABLE_WORDS + 7;
const BYTES_IN = TABLE_WORDS + 9;
export const TCP_SEGS_OUT: number = TABLE_WORDS + 11;
const BYTES_OUT = TABLE_WORDS + 13;
/** Inbound flow id as it last arrived; all zero until then. */
const INBOUND = TABLE_WORDS + 15;
/**
 * Slot, plus 1, of the unified entry whose flow id that is, if it came from there: it need not be written again. Another entry gets the
 * slot on the slow path, which tells {@link TcpFlows.setInbound}.
 */
export const TCP_INBOUND_ENTRY: number = INBOUND + FLOW_WORDS;
const OWNER_WORDS = 16 + FLOW_WORDS;
// Lists of parents.
const PARENTS_IN = 0;
const PARENTS_OUT = 1;
const PARENT_LISTS = 2;
/** Bits of {@link TCP_KNOWN} for the sequence numbers; the next bit is for the acknowledgement beside it. */
export const GUEST_SEQ_SEEN = 1;
export const REMOTE_SEQ_SEEN = 4;
/** Those bits of {@link TcpWord}'s `Known` that say what was seen. */
export const TCP_ALL_SEEN = 0xf;
/** Where the heads of an entry's lists of parents stand beside its record. */
export const TcpAside: Readonly<Record<"ParentsIn" | "ParentsOut", number>> = {
  ParentsIn: PARENTS_IN,
  ParentsOut: PARENTS_OUT,
};
/** Where a record holds what a copy of it needs. */
export const TcpWord: {
  readonly State: number;
  readonly Known: number;
  /** Guest seq, guest ack, remote seq, remote ack. */
  readonly Numbers: number;
  readonly Inbound: number;
  /** Segments in and out, bytes in and out: floats. */
  readonly Counters: readonly number[];
} = {
  State: TCP_STATE,
  Known: TCP_KNOWN,
  Numbers: TCP_GUEST_SEQ,
  Inbound: INBOUND,
  Counters: [TCP_SEGS_IN, TCP_SEGS_OUT, BYTES_IN, BYTES_OUT],
};

/** A TCP segment as the tracker needs it. */
export interface TcpSegment {
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  /** Whole frame as handed to the port, encapsulation included. */
  readonly frameLen: number;
}

/** One entry of a dump of TCP flows (spec 02 §13.1). */
export interface TcpFlowDump {
  readonly hits: number;
  readonly inboundFlowId: FlowId | undefined;
  readonly tcpState: TcpStateDump;
  readonly segsIn: number;
  readonly segsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Tracking state of a flow; numbers never seen are absent. */
export interface TcpStateDump {
  readonly tcpState: TcpStateName;
  readonly guestSeq: number | undefined;
  readonly guestAck: number | undefined;
  readonly remoteSeq: number | undefined;
  readonly remoteAck: number | undefined;
}

/** Tracked TCP flows of a port. */
export class TcpFlows {
  readonly table: FlowTable;
  readonly #entries: DependantEntries;
  readonly #pairs: FlowPairs;
  #nextId = 1;
  readonly #key: FlowKey = new FlowKey();

  constructor(limit: number, pairs: FlowPairs) {
    const kind: EntryKind = {
      name: "tcp",
      words: OWNER_WORDS,
      killedWord: TCP_KNOWN,
      parentLists: PARENT_LISTS,
      asideWords: PARENT_LISTS,
      classes: TCP_LIFETIME_CLASSES,
      ttlMs: (slot) => tcpTtlMs(this.state(slot)),
      classOf: (slot) => tcpLifetimeClass(this.state(slot)),
      priority: (slot, nowMs) => this.#priority(slot, nowMs),
      removing: () => {
        // Unified entries find out by the entry's number.
      },
      release: () => {
        // An entry holds its parents and nothing else.
      },
    };
    this.#entries = new DependantEntries(limit, kind, pairs);
    this.table = this.#entries.table;
    this.#pairs = pairs;
  }

  /** The slot of a live entry, or -1. */
  find(outbound: FlowKey): number {
    return this.#entries.find(outbound);
  }

  /** Whether `slot` still holds the entry that was given `id`. */
  holds(slot: number, id: number): boolean {
    // A free slot has no number, and no entry has number 0.
    return slot >= 0 && id !== 0 && this.table.word(slot, TCP_ENTRY_ID) === id && this.table.word(slot, TCP_KNOWN) >= 0;
  }

  /** What protects a layer's pairs from eviction (spec 02 §9.3). */
  dependantVerdicts(nowMs: number): DependantVerdicts {
    return {
      mayEvict: this.#entries.mayEvict(nowMs),
      priority: (pair) => {
        let lowest = NO_OPINION;
        this.#pairs.forEachTcpDependant(pair, (slot) => {
          lowest = Math.min(lowest, this.#priority(slot, nowMs));
        });
        return lowest;
      },
    };
  }

  state(slot: number): number {
    return this.table.word(slot, TCP_STATE);
  }

  /**
   * Creates an entry in `state` with its first segment counted, replacing one with the same key. A full table evicts by priority.
   *
   * @returns its slot, or -1 when the table is full and nothing may be evicted
   */
  create(
    dir: Direction,
    outbound: FlowKey,
    state: number,
    segment: TcpSegment,
    nowMs: number,
    evicted: (flow: FlowKey) => void,
  ): number {
    if (!this.#entries.makeRoom(outbound, nowMs, evicted)) return NONE;
    const slot = this.#insert(outbound, state, nowMs);
    this.#note(dir, slot, segment);
    return slot;
  }

  /**
   * Runs one segment of a tracked flow: counts it and its hit, moves the state on where the matrix allows, and notes the sequence
   * numbers even of a refused one.
   *
   * @returns the new state, `UNEXPECTED` or `NEW_FLOW` (flow/tcp-matrix.ts)
   */
  run(dir: Direction, slot: number, segment: TcpSegment, nowMs: number): number {
    const { table } = this;
    table.touch(slot, nowMs);
    const state = this.state(slot);
    const next = this.next(dir, slot, segment);
    this.#note(dir, slot, segment);
    if (next >= 0 && next !== state) {
      table.setWord(slot, TCP_STATE, next);
      // A state may have a shorter life than the one before, and another rank among those that give way.
      this.#entries.settle(slot, nowMs);
    }
    return next;
  }

  /** What {@link run} would do to the state of a flow: the new one, `UNEXPECTED` or `NEW_FLOW`. */
  next(dir: Direction, slot: number, segment: TcpSegment): number {
    return nextTcpState(dir, this.state(slot), segment.flags, this.#acksGuest(slot, segment.ack));
  }

  /** To be called before a dry run changes an entry. */
  remember(slot: number): void {
    this.table.remember(slot);
  }

  /** Notes the flow id under which inbound segments arrive. */
  setInbound(slot: number, inbound: FlowKey): void {
    const { records } = this.table;
    const { words } = inbound;
    const at = slot * this.table.stride + INBOUND;
    for (let i = 0; i < FLOW_WORDS; i++) records[at + i] = word32(words, i);
    this.table.setWord(slot, TCP_INBOUND_ENTRY, 0);
  }

  /** Reads that flow id into `key`; `false` when no inbound segment was seen yet. */
  readInbound(slot: number, key: FlowKey): boolean {
    const at = slot * this.table.stride + INBOUND;
    for (let i = 0; i < FLOW_WORDS; i++) key.words[i] = this.table.word(slot, INBOUND + i);
    return this.table.records[at + FLOW_WORDS - 1] !== 0;
  }

  /** Replaces the parents of one direction; takes the list over. */
  setParents(dir: Direction, slot: number, parents: number): void {
    this.#entries.setParents(slot, dir === "in" ? PARENTS_IN : PARENTS_OUT, parents);
  }

  /** Head of the list of parents of one direction. */
  parents(dir: Direction, slot: number): number {
    return this.#entries.parents(slot, dir === "in" ? PARENTS_IN : PARENTS_OUT);
  }

  /**
   * Adds an entry that was taken from another table, which fills in the rest of its record; there is room, and none with its flow.
   *
   * @returns its slot
   */
  load(outbound: FlowKey, state: number, lastHitMs: number): number {
    return this.#insert(outbound, state, lastHitMs);
  }

  /** Removes an entry; its last hit is not handed on. */
  remove(slot: number): void {
    this.#entries.remove(slot);
  }

  clear(): void {
    this.#entries.clear();
  }

  /**
   * Removes entries idle for their state's TTL, handing their last hit to their parents, and killed ones silently:
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

  dumpState(slot: number): TcpStateDump {
    const seen = (word: number): number | undefined =>
      (this.table.word(slot, TCP_KNOWN) & (1 << (word - TCP_GUEST_SEQ))) === 0
        ? undefined
        : this.table.word(slot, word) >>> 0;
    return {
      tcpState: TCP_STATE_NAMES[this.state(slot)] ?? "Closed",
      guestSeq: seen(TCP_GUEST_SEQ),
      guestAck: seen(GUEST_ACK),
      remoteSeq: seen(TCP_REMOTE_SEQ),
      remoteAck: seen(REMOTE_ACK),
    };
  }

  dump(): (readonly [FlowId, TcpFlowDump])[] {
    return this.table.sortedSlots().map((slot) => [this.table.flowId(slot), this.dumpEntry(slot)]);
  }

  dumpEntry(slot: number): TcpFlowDump {
    return {
      hits: this.table.hits(slot),
      inboundFlowId: this.readInbound(slot, this.#key) ? flowIdOf(this.#key.words, 0) : undefined,
      tcpState: this.dumpState(slot),
      segsIn: this.table.float(slot, TCP_SEGS_IN),
      segsOut: this.table.float(slot, TCP_SEGS_OUT),
      bytesIn: this.table.float(slot, BYTES_IN),
      bytesOut: this.table.float(slot, BYTES_OUT),
    };
  }

  #insert(flow: FlowKey, state: number, nowMs: number): number {
    const slot = this.#entries.insert(flow, nowMs);
    this.table.setWord(slot, TCP_STATE, state);
    this.table.setWord(slot, TCP_ENTRY_ID, this.#nextId++);
    this.#entries.settle(slot, nowMs);
    return slot;
  }

  #priority(slot: number, nowMs: number): number {
    return tcpPriority(this.state(slot), nowMs - this.table.lastHit(slot));
  }

  #acksGuest(slot: number, ack: number): boolean {
    if ((this.table.word(slot, TCP_KNOWN) & 1) === 0) return false;
    return ack >>> 0 === (this.table.word(slot, TCP_GUEST_SEQ) + 1) >>> 0;
  }

  /** Counts a segment and notes its sequence numbers, in one go over the record. */
  #note(dir: Direction, slot: number, { seq, ack, flags, frameLen }: TcpSegment): void {
    const { records, floats, stride } = this.table;
    const record = slot * stride;
    const numbers = record + (dir === "out" ? TCP_GUEST_SEQ : TCP_REMOTE_SEQ);
    let seen = dir === "out" ? GUEST_SEQ_SEEN : REMOTE_SEQ_SEEN;
    records[numbers] = seq;
    if ((flags & TCP_ACK) !== 0) {
      records[numbers + 1] = ack;
      seen |= seen << 1;
    }
    records[record + TCP_KNOWN] = word32(records, record + TCP_KNOWN) | seen;
    const counters = (record + (dir === "out" ? TCP_SEGS_OUT : TCP_SEGS_IN)) >> 1;
    floats[counters] = float64(floats, counters) + 1;
    floats[counters + 1] = float64(floats, counters + 1) + frameLen;
  }
}
