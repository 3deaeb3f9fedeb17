// A layer's flow table (LFT): two maps, in and out, whose entries pair up (spec 02 §8.2, §8.3, §9).

import type { Direction } from "opte-api";
import type { FlowDescriptor } from "../action/action.js";
import { ALWAYS_EVICTABLE, PROTECTED, ttlPriority } from "../flow/eviction.js";
import { EvictionQueue } from "../flow/eviction-queue.js";
import { ExpiryWheel } from "../flow/expiry-wheel.js";
import type { FlowKey } from "../flow/flow-id.js";
import { type FlowId } from "../flow/flow-id.js";
import { FlowTable, TABLE_WORDS } from "../flow/flow-table.js";
import type { FlowPairs, PairOwner } from "./flow-pairs.js";

/** Idle time after which unified and layer flow entries go (spec 02 §1). */
export const FLOW_TTL_MS = 60_000;

const PAIR = TABLE_WORDS;
const DIRTY = TABLE_WORDS + 1;
/** Where a record holds its pair, and 1 if a soft rule change has come since the entry was used. */
export const LayerFlowWord: Readonly<Record<"Pair" | "Dirty", number>> = { Pair: PAIR, Dirty: DIRTY };
const OWNER_WORDS = 2;

const DIRECTIONS = ["out", "in"] as const;

/** One entry of a flow-table dump. */
export interface FlowEntryDump {
  readonly hits: number;
  readonly summary: string;
}

/** What a layer's flow table says of a flow; an entry that a soft rule change made dirty is asked whether it is still valid. */
export type LayerFlowLookUp = "clean" | "dirtyValid" | "dirtyInvalid" | "miss";

/** Verdicts of the tracked TCP flows that depend on pairs, for eviction (spec 02 §9.3). */
export interface DependantVerdicts {
  /** Whether any of all TCP flows is not protected. */
  readonly mayEvict: boolean;
  /** The lowest priority of a pair's TCP flows: `PROTECTED` is the lowest of all, and `NO_OPINION` stands for none. */
  priority(pair: number): number;
}

/** Told of every half that expired: table direction, flow, last hit and now in ms (both 0 on eviction). */
export type ExpiryListener = (dir: Direction, flow: FlowKey, lastHitMs: number, nowMs: number) => void;

/** The flow-table pair of one layer. */
export class LayerFlows implements PairOwner {
  readonly #pairs: FlowPairs;
  readonly #in: FlowTable;
  readonly #out: FlowTable;
  /** Pairs without dependants, by the end of their idle time. */
  readonly #wheel: ExpiryWheel;
  /** Pairs that are always evictable: of TCP, without a tracked flow that depends on them. */
  readonly #evictable: EvictionQueue;

  /** @param limit most pairs, at least 1 */
  constructor(limit: number, pairs: FlowPairs) {
    this.#pairs = pairs;
    this.#in = new FlowTable(limit, OWNER_WORDS, pairs.undo);
    this.#out = new FlowTable(limit, OWNER_WORDS, pairs.undo);
    this.#wheel = new ExpiryWheel(limit, pairs.undo);
    this.#evictable = new EvictionQueue(
      {
        lastHit: (pair) => pairs.lastHitMs(pair),
        compare: (a, b) => this.#out.compareSlots(pairs.slot(a, "out"), pairs.slot(b, "out")),
      },
      limit,
      pairs.undo,
    );
    this.limit = limit;
  }

  /** Most pairs. */
  readonly limit: number;
  /** Pairs in the table; a pair counts while either half of it is there. */
  size = 0;

  numFlows(dir: Direction): number {
    return this.table(dir).size;
  }

  /**
   * Looks a flow up and counts the hit. An entry that is found dirty and no longer valid is removed, and the flow is absent (spec 02
   * §8.2). Its other half stays until its own next packet, or until the pair has been idle for {@link FLOW_TTL_MS}.
   *
   * @returns the entry's pair, or -1
   */
  lookUp(dir: Direction, flow: FlowKey, nowMs: number): number {
    const table = this.table(dir);
    // Most layers have no stateful rules, and so never an entry.
    if (table.size === 0) return -1;
    const slot = table.find(flow);
    if (slot < 0) return -1;
    const pair = table.word(slot, PAIR);
    table.remember(slot);
    table.touch(slot, nowMs);
    this.#pairs.touch(pair, nowMs);
    if (this.#condition(table, slot) === "dirtyInvalid") {
      this.#remove(dir, slot);
      return -1;
    }
    table.setWord(slot, DIRTY, 0);
    return pair;
  }

  /** What {@link lookUp} finds, without a trace of the question. */
  ask(dir: Direction, flow: FlowKey): LayerFlowLookUp {
    const table = this.table(dir);
    const slot = table.find(flow);
    return slot < 0 ? "miss" : this.#condition(table, slot);
  }

  /** Whether a new pair needs an eviction first. */
  get isFull(): boolean {
    return this.size >= this.limit;
  }

  /**
   * Finds the pair to evict from a full table: the one with the highest priority, then the oldest last hit, then the lowest outbound
   * flow.
   *
   * @returns its slot in the out table, or -1 when every pair must stay
   */
  findVictim(dependants: DependantVerdicts): number {
    // No other pair has as high a priority as these.
    const evictable = this.#evictable.oldest();
    if (evictable >= 0) return this.#pairs.slot(evictable, "out");
    return dependants.mayEvict ? this.#findHeldVictim(dependants) : -1;
  }

  /** {@link findVictim} among the pairs that TCP flows depend on. */
  #findHeldVictim(dependants: DependantVerdicts): number {
    const table = this.#out;
    let victim = -1;
    let best = PROTECTED;
    for (let slot = 0; slot < table.slotEnd; slot++) {
      if (!table.isUsed(slot)) continue;
      const pair = table.word(slot, PAIR);
      if (!this.#pairs.hasTcpDependants(pair)) continue;
      const priority = Math.min(ttlPriority(table.proto(slot)), dependants.priority(pair));
      if (priority === PROTECTED || priority < best) continue;
      const older = priority > best ? -1 : this.#lastHit(slot) - this.#lastHit(victim);
      if (older > 0 || (older === 0 && table.compareSlots(slot, victim) > 0)) continue;
      victim = slot;
      best = priority;
    }
    return victim;
  }

  /** Evicts the pair whose outbound half stands in `slot`, and with it all its dependants. */
  evict(slot: number, key: FlowKey, expired: ExpiryListener): void {
    const pair = this.#out.word(slot, PAIR);
    this.#pairs.kill(pair);
    this.#removePair(pair, key, 0, 0, expired);
  }

  /**
   * Adds a pair: `flow` in the direction of the packet, `opposite` in the other. A half with the same key is replaced.
   *
   * @returns the pair
   */
  add(dir: Direction, flow: FlowKey, opposite: FlowKey, descriptor: FlowDescriptor | undefined, nowMs: number): number {
    const pair = this.#pairs.allocate(this, descriptor, nowMs);
    this.#resize(1);
    this.#wheel.schedule(pair, nowMs + FLOW_TTL_MS);
    this.#put(dir, flow, pair, nowMs);
    this.#put(dir === "in" ? "out" : "in", opposite, pair, nowMs);
    return pair;
  }

  /**
   * Adds a pair that was taken from another table, which has room for it.
   *
   * @param hasHalves whether {@link loadHalf} follows
   */
  load(descriptor: FlowDescriptor | undefined, lastHitMs: number, hasHalves: boolean): number {
    const pair = this.#pairs.allocate(this, descriptor, lastHitMs);
    if (!hasHalves) return pair;
    this.#resize(1);
    this.#wheel.schedule(pair, lastHitMs + FLOW_TTL_MS);
    return pair;
  }

  /** Adds a half to such a pair; its flow is not in the table. */
  loadHalf(pair: number, dir: Direction, flow: FlowKey, hits: number, isDirty: boolean): void {
    const slot = this.#add(dir, flow, pair, this.#pairs.lastHitMs(pair));
    this.table(dir).setHits(slot, hits);
    this.table(dir).setWord(slot, DIRTY, isDirty ? 1 : 0);
  }

  /** Gets room for so many pairs at once, of which no more than the limit come. */
  reserve(pairs: number): void {
    this.#in.reserve(pairs);
    this.#out.reserve(pairs);
  }

  /** Drops every entry, silently: dependants live on (spec 02 §8.4). Resources come free in outbound flow order. */
  clear(): void {
    this.#evictable.clear();
    for (const dir of ["in", "out"] as const) {
      const table = this.table(dir);
      for (const slot of table.sortedSlots()) this.#pairs.clearSlot(table.word(slot, PAIR), dir);
      table.clear();
    }
    this.#wheel.clear();
    this.size = 0;
  }

  /** Marks every entry dirty: it is asked for its validity before its next use. */
  markDirty(): void {
    for (const table of [this.#in, this.#out]) {
      for (let slot = 0; slot < table.slotEnd; slot++) if (table.isUsed(slot)) table.setWord(slot, DIRTY, 1);
    }
  }

  /** A pair whose dependants are gone expires when its own idle time ends, which may be at once. */
  dependantsGone(pair: number): void {
    this.#wheel.schedule(pair, this.#pairs.lastHitMs(pair) + FLOW_TTL_MS);
  }

  tcpDependantsChanged(pair: number): void {
    this.#rank(pair);
  }

  /** The clock went back. */
  clockSetBack(): void {
    this.#evictable.clockSetBack();
  }

  /**
   * Removes pairs that are idle for {@link FLOW_TTL_MS} and have no dependants: all of them, if fewer than `most` had to be looked at.
   *
   * @returns how many were
   */
  expire(nowMs: number, key: FlowKey, expired: ExpiryListener, most?: number): number {
    const due: number[] = [];
    const looked = this.#wheel.takeDue(nowMs, (pair) => this.#pairs.lastHitMs(pair) + FLOW_TTL_MS, due, most);
    // Pairs with dependants leave the wheel; `dependantsGone` brings them back.
    const idle = due.filter((pair) => !this.#pairs.hasDependants(pair));
    for (const pair of idle.sort((a, b) => this.#comparePairs(a, b))) {
      this.#removePair(pair, key, this.#pairs.lastHitMs(pair), nowMs, expired);
    }
    return looked;
  }

  /** Entries of one direction in flow-id order. */
  dump(dir: Direction): (readonly [FlowId, FlowEntryDump])[] {
    const table = this.table(dir);
    return table.sortedSlots().map((slot) => [table.flowId(slot), this.dumpEntry(dir, slot)]);
  }

  dumpEntry(dir: Direction, slot: number): FlowEntryDump {
    const table = this.table(dir);
    return { hits: table.hits(slot), summary: this.#pairs.descriptor(table.word(slot, PAIR))?.name ?? "no-op" };
  }

  /** The map of one direction. */
  table(dir: Direction): FlowTable {
    return dir === "in" ? this.#in : this.#out;
  }

  #condition(table: FlowTable, slot: number): Exclude<LayerFlowLookUp, "miss"> {
    if (table.word(slot, DIRTY) === 0) return "clean";
    return this.#pairs.descriptor(table.word(slot, PAIR))?.isValid?.() === true ? "dirtyValid" : "dirtyInvalid";
  }

  #lastHit(slot: number): number {
    return this.#pairs.lastHitMs(this.#out.word(slot, PAIR));
  }

  /** Notes whether a pair is always evictable. */
  #rank(pair: number): void {
    const slot = this.#pairs.slot(pair, "out");
    const isEvictable =
      slot >= 0 && !this.#pairs.hasTcpDependants(pair) && ttlPriority(this.#out.proto(slot)) === ALWAYS_EVICTABLE;
    if (!isEvictable) this.#evictable.remove(pair);
    else if (!this.#evictable.has(pair)) this.#evictable.add(pair);
  }

  #put(dir: Direction, flow: FlowKey, pair: number, nowMs: number): void {
    const table = this.table(dir);
    const existing = table.find(flow);
    if (existing >= 0) this.#remove(dir, existing);
    this.#add(dir, flow, pair, nowMs);
  }

  #add(dir: Direction, flow: FlowKey, pair: number, nowMs: number): number {
    const table = this.table(dir);
    const slot = table.insert(flow.words, nowMs);
    table.setWord(slot, PAIR, pair);
    this.#pairs.setSlot(pair, dir, slot);
    if (dir === "out") this.#rank(pair);
    return slot;
  }

  #remove(dir: Direction, slot: number): void {
    const table = this.table(dir);
    const pair = table.word(slot, PAIR);
    if (dir === "out") this.#evictable.remove(pair);
    table.remove(slot);
    if (!this.#pairs.clearSlot(pair, dir)) return;
    this.#resize(-1);
    this.#wheel.cancel(pair);
  }

  #resize(by: 1 | -1): void {
    this.size += by;
    const { undo } = this.#pairs;
    if (undo.isOn) undo.note(() => (this.size -= by));
  }

  /** Outbound flow order; pairs that lost their outbound half come last, in inbound order. */
  #comparePairs(a: number, b: number): number {
    for (const dir of DIRECTIONS) {
      const slotA = this.#pairs.slot(a, dir);
      const slotB = this.#pairs.slot(b, dir);
      if (slotA >= 0 && slotB >= 0) return this.table(dir).compareSlots(slotA, slotB);
      if (slotA >= 0 || slotB >= 0) return slotA >= 0 ? -1 : 1;
    }
    return 0;
  }

  #removePair(pair: number, key: FlowKey, lastHitMs: number, nowMs: number, expired: ExpiryListener): void {
    for (const dir of DIRECTIONS) {
      const slot = this.#pairs.slot(pair, dir);
      if (slot < 0) continue;
      this.table(dir).readKey(slot, key);
      expired(dir, key, lastHitMs, nowMs);
      this.#remove(dir, slot);
    }
  }
}
