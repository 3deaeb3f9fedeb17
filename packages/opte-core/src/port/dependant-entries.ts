// What the unified tables and the table of TCP flows have in common: flows that depend on layer pairs, die with them, expire when
// they are idle, and give way to others when the table is full (spec 02 §9).

import { PROTECTED } from "../flow/eviction.js";
import { EvictionQueue } from "../flow/eviction-queue.js";
import { ExpiryWheel } from "../flow/expiry-wheel.js";
import { FlowKey } from "../flow/flow-id.js";
import { inFlowOrder } from "../flow/flow-order.js";
import { FlowTable } from "../flow/flow-table.js";
import { inOneGo } from "../flow/slices.js";
import { NONE, type DependantTable, type Dependants, type FlowPairs } from "../layer/flow-pairs.js";

/** What tells one kind of entry from the other. */
export interface EntryKind {
  readonly name: DependantTable;
  /** Words that an owner keeps in each record. */
  readonly words: number;
  /** Word that is negative in an entry whose parents were killed. */
  readonly killedWord: number;
  /** Lists of parents that an entry has. Their heads are the first words beside its record. */
  readonly parentLists: number;
  /** Words that an owner keeps beside each record, those of the lists among them. */
  readonly asideWords: number;
  /** Number of classes of entries that may be evicted. In a class, who was hit longer ago has no lower priority. */
  readonly classes: number;
  /** Idle time after which an entry goes, in ms. */
  ttlMs(slot: number): number;
  /** Class of an entry; -1 if it is never evicted. */
  classOf(slot: number): number;
  /** Eviction priority of an entry of a class, or `PROTECTED`. */
  priority(slot: number, nowMs: number): number;
  /** An entry is about to leave the table. */
  removing(slot: number): void;
  /** What an entry holds beside its parents comes free, also when the table is cleared. */
  release(slot: number): void;
}

/** Sign of a word. */
const KILLED = 1 << 31;

/** Told of an entry that expired (both times 0 on eviction). */
export type FlowExpiryListener = (flow: FlowKey, lastHitMs: number, nowMs: number) => void;

/** Entries of one such table. */
export class DependantEntries implements Dependants {
  readonly table: FlowTable;
  readonly #kind: EntryKind;
  readonly #pairs: FlowPairs;
  readonly #wheel: ExpiryWheel;
  /** Killed entries, by their flow ids. */
  readonly #killed: EvictionQueue;
  readonly #classes: readonly EvictionQueue[];
  readonly #victimKey: FlowKey = new FlowKey();

  constructor(limit: number, kind: EntryKind, pairs: FlowPairs) {
    const { undo } = pairs;
    const table = new FlowTable(limit, kind.words, undo, kind.asideWords);
    const compare = (a: number, b: number): number => table.compareSlots(a, b);
    this.table = table;
    this.#kind = kind;
    this.#pairs = pairs;
    this.#wheel = new ExpiryWheel(limit, undo);
    this.#killed = new EvictionQueue({ lastHit: () => 0, compare }, limit, undo);
    const order = { lastHit: (slot: number): number => table.lastHit(slot), compare };
    this.#classes = Array.from({ length: kind.classes }, () => new EvictionQueue(order, limit, undo));
    pairs.register(kind.name, this);
  }

  /** The slot of a live entry, or -1. */
  find(flow: FlowKey): number {
    const slot = this.table.find(flow);
    return slot >= 0 && this.isAlive(slot) ? slot : NONE;
  }

  /** Whether no parent of an entry was killed. */
  isAlive(slot: number): boolean {
    return this.table.word(slot, this.#kind.killedWord) >= 0;
  }

  /**
   * Makes room for a flow: removes its own entry if it has one, else from a full table a killed entry, else the one of the highest
   * priority, of equals the longest idle, of equals the lowest flow.
   *
   * @returns whether there is room
   */
  makeRoom(flow: FlowKey, nowMs: number, evicted: (flow: FlowKey) => void): boolean {
    const { table } = this;
    const existing = table.find(flow);
    if (existing >= 0) this.remove(existing);
    else if (table.isFull) {
      const victim = this.#findVictim(nowMs);
      if (victim < 0) return false;
      table.readKey(victim, this.#victimKey);
      evicted(this.#victimKey);
      this.#inherit(victim);
      this.remove(victim);
    }
    return true;
  }

  /** Adds an entry, for which there is room, without parents; the owner calls {@link settle} when it has filled the record. */
  insert(flow: FlowKey, nowMs: number): number {
    const slot = this.table.insert(flow.words, nowMs);
    for (let list = 0; list < this.#kind.parentLists; list++) this.table.setAside(slot, list, NONE);
    return slot;
  }

  /** Puts an entry where its idle time and its class say: after its insertion, and when they changed. */
  settle(slot: number, nowMs: number): void {
    this.#wheel.schedule(slot, nowMs + this.#kind.ttlMs(slot));
    const wanted = this.#kind.classOf(slot);
    for (let i = 0; i < this.#classes.length; i++) {
      const queue = this.#classes[i];
      if (i !== wanted) queue?.remove(slot);
      else if (queue?.has(slot) === false) queue.add(slot);
    }
  }

  /** Head of one of an entry's lists of parents in {@link FlowPairs}. */
  parents(slot: number, list: number): number {
    return this.table.aside(slot, list);
  }

  /** Replaces one of an entry's lists of parents; takes the list over. */
  setParents(slot: number, list: number, parents: number): void {
    this.#pairs.unlinkAll(this.parents(slot, list));
    this.table.setAside(slot, list, parents);
    this.#pairs.adopt(parents, this.#kind.name, slot);
  }

  /** Called when a parent is killed: the entry counts as absent, and goes at the next sweep or when room is needed. */
  kill(slot: number): void {
    if (!this.isAlive(slot)) return;
    this.table.remember(slot);
    this.table.setWord(slot, this.#kind.killedWord, this.table.word(slot, this.#kind.killedWord) | KILLED);
    this.#killed.add(slot);
    for (let list = 0; list < this.#kind.parentLists; list++) this.#pairs.disown(this.parents(slot, list));
  }

  /** Removes an entry; its last hit is not handed on. */
  remove(slot: number): void {
    this.#kind.removing(slot);
    this.#wheel.cancel(slot);
    this.#killed.remove(slot);
    for (const queue of this.#classes) queue.remove(slot);
    this.#release(slot);
    this.table.remove(slot);
  }

  clear(): void {
    for (const slot of this.table.sortedSlots()) this.#release(slot);
    this.table.clear();
    this.#wheel.clear();
    this.#killed.clear();
    for (const queue of this.#classes) queue.clear();
  }

  /**
   * Removes entries that are idle for their time, handing their last hit to their parents, and killed ones silently: all of them, if fewer
   * than `most` had to be looked at.
   *
   * @returns how many were
   */
  expire(nowMs: number, key: FlowKey, expired: FlowExpiryListener, most: number = Infinity): number {
    const { table } = this;
    const going: number[] = [];
    const dueMs = (slot: number): number => table.lastHit(slot) + this.#kind.ttlMs(slot);
    let looked = this.#wheel.takeDue(nowMs, dueMs, going, most);
    const taken = new Set(this.#killed.oldest() < 0 ? [] : going);
    for (let slot = this.#killed.oldest(); slot >= 0 && looked < most; slot = this.#killed.oldest()) {
      this.#killed.remove(slot);
      if (!taken.has(slot)) going.push(slot);
      looked++;
    }
    // All in flow order, so that resources come free in that order too.
    for (const slot of inOneGo(inFlowOrder(table, Int32Array.from(going)))) {
      const lastHitMs = table.lastHit(slot);
      if (dueMs(slot) <= nowMs) {
        table.readKey(slot, key);
        expired(key, lastHitMs, nowMs);
        this.#inherit(slot);
      }
      this.remove(slot);
    }
    return looked;
  }

  /** The clock went back. */
  clockSetBack(): void {
    for (const queue of this.#classes) queue.clockSetBack();
  }

  /** Whether any entry would give way now: then its priority is the highest of all. */
  mayEvict(nowMs: number): boolean {
    return this.#findVictim(nowMs) >= 0;
  }

  #findVictim(nowMs: number): number {
    const killed = this.#killed.oldest();
    if (killed >= 0) return killed;
    const { table } = this;
    let victim = NONE;
    let best = PROTECTED;
    for (const queue of this.#classes) {
      const slot = queue.oldest();
      const priority = slot < 0 ? PROTECTED : this.#kind.priority(slot, nowMs);
      if (priority === PROTECTED || priority < best) continue;
      const older = priority > best ? -1 : table.lastHit(slot) - table.lastHit(victim);
      if (older > 0 || (older === 0 && table.compareSlots(slot, victim) > 0)) continue;
      victim = slot;
      best = priority;
    }
    return victim;
  }

  #inherit(slot: number): void {
    const lastHitMs = this.table.lastHit(slot);
    for (let list = 0; list < this.#kind.parentLists; list++) {
      this.#pairs.inheritAll(this.parents(slot, list), lastHitMs);
    }
  }

  #release(slot: number): void {
    for (let list = 0; list < this.#kind.parentLists; list++) this.#pairs.unlinkAll(this.parents(slot, list));
    this.#kind.release(slot);
  }
}
