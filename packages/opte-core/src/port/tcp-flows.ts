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
import { HITS_WORD, LAST_HIT_WORD, TABLE_WORDS, type FlowTable } from "../flow/flow-table.js";
import { TCP_LIFETIME_CLASSES, tcpLifetimeClass, tcpPriority, tcpTtlMs } from "../flow/tcp-lifetime.js";
import { nextTcpState, TCP_ACK, TCP_FIN, TCP_RST, TCP_STATE_NAMES, TCP_SYN, TcpState } from "../flow/tcp-matrix.js";
import { NONE, type FlowPairs } from "../layer/flow-pairs.js";
import type { DependantVerdicts } from "../layer/layer-flows.js";
import { float64, rd8, rdSigned32, word32 } from "../packet/bytes.js";
import type { Packet } from "../packet/packet.js";
import { DependantEntries, type EntryKind, type FlowExpiryListener } from "./dependant-entries.js";

/** Number of the entry, so that a unified entry notices when its TCP entry is gone and the slot taken again. */
export const TCP_ENTRY_ID: number = TABLE_WORDS;
const STATE = TABLE_WORDS + 1;
/** Bits 0-3: which of the four numbers below were seen; negative once a parent was killed. */
const KNOWN = TABLE_WORDS + 2;
const GUEST_SEQ = TABLE_WORDS + 3;
const GUEST_ACK = TABLE_WORDS + 4;
const REMOTE_SEQ = TABLE_WORDS + 5;
const REMOTE_ACK = TABLE_WORDS + 6;
// Floats, two words each, on an even word.
const SEGS_IN = TABLE_WORDS + 7;
const BYTES_IN = TABLE_WORDS + 9;
const SEGS_OUT = TABLE_WORDS + 11;
const BYTES_OUT = TABLE_WORDS + 13;
/** Inbound flow id as it last arrived; all zero until then. */
const INBOUND = TABLE_WORDS + 15;
/**
 * Slot, plus 1, of the unified entry whose flow id that is, if it came from there: it need not be written again. Another entry gets the
 * slot on the slow path, which tells {@link TcpFlows.setInbound}.
 */
const INBOUND_ENTRY = INBOUND + FLOW_WORDS;
const OWNER_WORDS = 16 + FLOW_WORDS;
// Lists of parents.
const PARENTS_IN = 0;
const PARENTS_OUT = 1;
const PARENT_LISTS = 2;
// What is shared between files is read from memory at each use, a constant of this file is part of the code.
const LAST_HIT = LAST_HIT_WORD;
const HITS = HITS_WORD;
const ACK = TCP_ACK;
const ESTABLISHED = TcpState.Established;
const ENDS_OR_BEGINS = TCP_SYN | TCP_FIN | TCP_RST;
const GUEST_SEQ_SEEN = 1;
const REMOTE_SEQ_SEEN = 4;
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
  State: STATE,
  Known: KNOWN,
  Numbers: GUEST_SEQ,
  Inbound: INBOUND,
  Counters: [SEGS_IN, SEGS_OUT, BYTES_IN, BYTES_OUT],
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
      killedWord: KNOWN,
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
    return slot >= 0 && id !== 0 && this.table.word(slot, TCP_ENTRY_ID) === id && this.table.word(slot, KNOWN) >= 0;
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
    return this.table.word(slot, STATE);
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
      table.setWord(slot, STATE, next);
      // A state may have a shorter life than the one before, and another rank among those that give way.
      this.#entries.settle(slot, nowMs);
    }
    return next;
  }

  /**
   * {@link run} for nearly every segment: one that leaves its open connection open. An inbound one's flow id is noted, too.
   *
   * @param entry slot of the unified entry that it hit
   * @returns whether it is such a segment, of the entry with this slot and id; if not, nothing has been touched
   */
  trackOpen(dir: Direction, slot: number, id: number, entry: number, packet: Packet, nowMs: number): boolean {
    const { records, floats, stride } = this.table;
    const { frame, ulp } = packet;
    const { bytes } = frame;
    const record = slot * stride;
    const flags = rd8(bytes, ulp + 13);
    if (
      id === 0 ||
      word32(records, record + TCP_ENTRY_ID) !== id ||
      word32(records, record + KNOWN) < 0 ||
      word32(records, record + STATE) !== ESTABLISHED ||
      (flags & ENDS_OR_BEGINS) !== 0
    ) {
      return false;
    }
    records[record + HITS] = word32(records, record + HITS) + 1;
    floats[(record + LAST_HIT) >> 1] = nowMs;
    let numbers = record + GUEST_SEQ;
    let seen = GUEST_SEQ_SEEN;
    let counters = (record + SEGS_OUT) >> 1;
    if (dir === "in") {
      numbers = record + REMOTE_SEQ;
      seen = REMOTE_SEQ_SEEN;
      counters = (record + SEGS_IN) >> 1;
      if (word32(records, record + INBOUND_ENTRY) !== entry + 1) {
        this.setInbound(slot, packet.flow);
        records[record + INBOUND_ENTRY] = entry + 1;
      }
    }
    records[numbers] = rdSigned32(bytes, ulp + 4);
    if ((flags & ACK) !== 0) {
      records[numbers + 1] = rdSigned32(bytes, ulp + 8);
      seen |= seen << 1;
    }
    records[record + KNOWN] = word32(records, record + KNOWN) | seen;
    floats[counters] = float64(floats, counters) + 1;
    floats[counters + 1] = float64(floats, counters + 1) + (frame.end - frame.start);
    return true;
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
    this.table.setWord(slot, INBOUND_ENTRY, 0);
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

  /** Removes entries idle for their state's TTL, handing their last hit to their parents, and killed ones silently. */
  expire(nowMs: number, key: FlowKey, expired: FlowExpiryListener): void {
    this.#entries.expire(nowMs, key, expired);
  }

  /** The clock went back. */
  clockSetBack(): void {
    this.#entries.clockSetBack();
  }

  dumpState(slot: number): TcpStateDump {
    const seen = (word: number): number | undefined =>
      (this.table.word(slot, KNOWN) & (1 << (word - GUEST_SEQ))) === 0 ? undefined : this.table.word(slot, word) >>> 0;
    return {
      tcpState: TCP_STATE_NAMES[this.state(slot)] ?? "Closed",
      guestSeq: seen(GUEST_SEQ),
      guestAck: seen(GUEST_ACK),
      remoteSeq: seen(REMOTE_SEQ),
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
      segsIn: this.table.float(slot, SEGS_IN),
      segsOut: this.table.float(slot, SEGS_OUT),
      bytesIn: this.table.float(slot, BYTES_IN),
      bytesOut: this.table.float(slot, BYTES_OUT),
    };
  }

  #insert(flow: FlowKey, state: number, nowMs: number): number {
    const slot = this.#entries.insert(flow, nowMs);
    this.table.setWord(slot, STATE, state);
    this.table.setWord(slot, TCP_ENTRY_ID, this.#nextId++);
    this.#entries.settle(slot, nowMs);
    return slot;
  }

  #priority(slot: number, nowMs: number): number {
    return tcpPriority(this.state(slot), nowMs - this.table.lastHit(slot));
  }

  #acksGuest(slot: number, ack: number): boolean {
    if ((this.table.word(slot, KNOWN) & 1) === 0) return false;
    return ack >>> 0 === (this.table.word(slot, GUEST_SEQ) + 1) >>> 0;
  }

  /** Counts a segment and notes its sequence numbers, in one go over the record. */
  #note(dir: Direction, slot: number, { seq, ack, flags, frameLen }: TcpSegment): void {
    const { records, floats, stride } = this.table;
    const record = slot * stride;
    const numbers = record + (dir === "out" ? GUEST_SEQ : REMOTE_SEQ);
    let seen = dir === "out" ? GUEST_SEQ_SEEN : REMOTE_SEQ_SEEN;
    records[numbers] = seq;
    if ((flags & TCP_ACK) !== 0) {
      records[numbers + 1] = ack;
      seen |= seen << 1;
    }
    records[record + KNOWN] = word32(records, record + KNOWN) | seen;
    const counters = (record + (dir === "out" ? SEGS_OUT : SEGS_IN)) >> 1;
    floats[counters] = float64(floats, counters) + 1;
    floats[counters + 1] = float64(floats, counters + 1) + frameLen;
  }
}
