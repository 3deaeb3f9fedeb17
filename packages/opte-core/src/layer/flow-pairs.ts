// Lifetimes of layer flow-table pairs (spec 02 §5.2, §9.1): what both halves of a pair share, and who depends on it.
//
// One pool serves all layers of a port, so that a unified or TCP entry refers to its parents by plain numbers. A pair stays
// allocated while a half of it is in its layer's tables *or* a dependant (a unified or TCP entry made through it) lives; then its
// descriptor is released, which gives finite resources back.

import type { Direction } from "opte-api";
import type { FlowDescriptor } from "../action/action.js";
import { UndoLog } from "../flow/undo-log.js";

/** No pair, no link. */
export const NONE = -1;

/** The layer flow table that a pair belongs to. */
export interface PairOwner {
  /** The last dependant of a pair that still has a half is gone: the pair's own idle time counts from now on. */
  dependantsGone(pair: number): void;
}

/** The pairs of a port, and the lists of parents that dependants hold. */
export class FlowPairs {
  /**
   * Rises whenever a pair that has dependants is killed. A dependant that was checked at the same value need not look at its
   * parents again: they all live.
   */
  killEpoch = 0;
  /** Serves all tables of the port. */
  readonly undo: UndoLog;

  readonly #descriptors: (FlowDescriptor | undefined)[] = [];
  readonly #owners: (PairOwner | undefined)[] = [];
  #lastHitMs: Float64Array = new Float64Array(16);
  /** Slots of a pair's halves in its layer's tables: in, out; -1 where there is none. */
  #slots: Int32Array = new Int32Array(32);
  #killed: Uint8Array = new Uint8Array(16);
  #dependants: Int32Array = new Int32Array(16);
  readonly #freePairs: number[] = [];

  // Links are singly linked lists: pair, next.
  #links: Int32Array = new Int32Array(32);
  #linkEnd = 0;
  #freeLink = NONE;

  constructor(undo: UndoLog = new UndoLog()) {
    this.undo = undo;
  }

  /** A new pair without halves; `descriptor` is absent for stateful allow. */
  allocate(owner: PairOwner, descriptor: FlowDescriptor | undefined, nowMs: number): number {
    const pair = this.#freePairs.pop() ?? this.#descriptors.length;
    if (pair === this.#lastHitMs.length) this.#growPairs();
    if (this.undo.isOn) this.undo.note(() => this.#freePairs.push(pair));
    this.#remember(pair);
    this.#descriptors[pair] = descriptor;
    this.#owners[pair] = owner;
    this.#lastHitMs[pair] = nowMs;
    this.#slots[pair * 2] = NONE;
    this.#slots[pair * 2 + 1] = NONE;
    this.#killed[pair] = 0;
    this.#dependants[pair] = 0;
    return pair;
  }

  descriptor(pair: number): FlowDescriptor | undefined {
    return this.#descriptors[pair];
  }

  owner(pair: number): PairOwner | undefined {
    return this.#owners[pair];
  }

  lastHitMs(pair: number): number {
    return this.#lastHitMs[pair] as number; // Unwrap: pairs are indices that allocate() gave out
  }

  /** A hit: plain store, may move backwards if the clock was set. */
  touch(pair: number, nowMs: number): void {
    this.#remember(pair);
    this.#lastHitMs[pair] = nowMs;
  }

  /** A dependant hands its last hit on when it expires: only ever moves forward. */
  inherit(pair: number, lastHitMs: number): void {
    if (lastHitMs > this.lastHitMs(pair)) this.touch(pair, lastHitMs);
  }

  isKilled(pair: number): boolean {
    return this.#killed[pair] === 1;
  }

  hasDependants(pair: number): boolean {
    return count(this.#dependants, pair) > 0;
  }

  /** Marks a pair, and with it all its dependants, as gone; they count as absent from now on. */
  kill(pair: number): void {
    // A kill that is undone is news as well: `killEpoch` never takes a value again.
    if (this.undo.isOn) this.undo.note(() => this.killEpoch++);
    this.#remember(pair);
    this.#killed[pair] = 1;
    if (this.hasDependants(pair)) this.killEpoch++;
  }

  /** Slot of a half in its layer's table, or -1. */
  slot(pair: number, dir: Direction): number {
    return count(this.#slots, pair * 2 + (dir === "in" ? 0 : 1));
  }

  setSlot(pair: number, dir: Direction, slot: number): void {
    this.#remember(pair);
    this.#slots[pair * 2 + (dir === "in" ? 0 : 1)] = slot;
  }

  /**
   * Notes that a half left its table.
   *
   * @returns whether the pair has no half any more
   */
  clearSlot(pair: number, dir: Direction): boolean {
    this.setSlot(pair, dir, NONE);
    const gone = !this.#hasHalf(pair);
    if (gone && !this.hasDependants(pair)) this.#free(pair);
    return gone;
  }

  /** Puts `pair` in front of the parents list `head`; returns the new head. */
  link(head: number, pair: number): number {
    let link = this.#freeLink;
    if (link === NONE) {
      link = this.#linkEnd++;
      if (link * 2 >= this.#links.length) {
        const links = new Int32Array(this.#links.length * 2);
        links.set(this.#links);
        this.#links = links;
      }
    } else {
      this.#freeLink = count(this.#links, link * 2 + 1);
    }
    if (this.undo.isOn) this.undo.note(() => this.#giveLinkBack(link));
    this.#remember(pair);
    this.#links[link * 2] = pair;
    this.#links[link * 2 + 1] = head;
    this.#dependants[pair] = count(this.#dependants, pair) + 1;
    return link;
  }

  /** Gives up a whole parents list. */
  unlinkAll(head: number): void {
    for (let next = head; next !== NONE;) {
      // A binding of its own for each step to undo.
      const link = next;
      const pair = count(this.#links, link * 2);
      const following = count(this.#links, link * 2 + 1);
      if (this.undo.isOn) this.undo.note(() => this.#takeLinkAgain(link, pair, following));
      this.#giveLinkBack(link);
      this.#remember(pair);
      const left = count(this.#dependants, pair) - 1;
      this.#dependants[pair] = left;
      if (left === 0) {
        if (this.#hasHalf(pair)) this.#owners[pair]?.dependantsGone(pair);
        else this.#free(pair);
      }
      next = following;
    }
  }

  /** Whether every parent in the list lives. */
  allAlive(head: number): boolean {
    for (let link = head; link !== NONE; link = count(this.#links, link * 2 + 1)) {
      if (this.isKilled(count(this.#links, link * 2))) return false;
    }
    return true;
  }

  /** Hands a dependant's last hit to all its parents. */
  inheritAll(head: number, lastHitMs: number): void {
    for (let link = head; link !== NONE; link = count(this.#links, link * 2 + 1)) {
      this.inherit(count(this.#links, link * 2), lastHitMs);
    }
  }

  /** Calls back for every parent in the list. */
  forEach(head: number, visit: (pair: number) => void): void {
    for (let link = head; link !== NONE; link = count(this.#links, link * 2 + 1)) visit(count(this.#links, link * 2));
  }

  /** Gives a descriptor's resources back. A dry run takes them again at its end, or leaves alone what cannot be taken again. */
  release(descriptor: FlowDescriptor): void {
    if (this.undo.isOn) {
      if (descriptor.reclaim === undefined) return;
      this.undo.note(() => descriptor.reclaim?.());
    }
    descriptor.release?.();
  }

  /** Pairs that are allocated now. */
  get size(): number {
    return this.#descriptors.length - this.#freePairs.length;
  }

  #hasHalf(pair: number): boolean {
    return count(this.#slots, pair * 2) !== NONE || count(this.#slots, pair * 2 + 1) !== NONE;
  }

  #free(pair: number): void {
    const descriptor = this.#descriptors[pair];
    if (this.undo.isOn) this.undo.note(() => this.#freePairs.pop());
    this.#remember(pair);
    this.#descriptors[pair] = undefined;
    this.#freePairs.push(pair);
    if (descriptor !== undefined) this.release(descriptor);
  }

  #giveLinkBack(link: number): void {
    this.#links[link * 2 + 1] = this.#freeLink;
    this.#freeLink = link;
  }

  /** Undoes giving a link back, all later changes having been undone, so that it is the first free one. */
  #takeLinkAgain(link: number, pair: number, next: number): void {
    this.#freeLink = count(this.#links, link * 2 + 1);
    this.#links[link * 2] = pair;
    this.#links[link * 2 + 1] = next;
  }

  /** Notes all that a pair is, before a dry run changes it. */
  #remember(pair: number): void {
    if (!this.undo.isOn) return;
    const descriptor = this.#descriptors[pair];
    const owner = this.#owners[pair];
    const lastHitMs = this.lastHitMs(pair);
    const killed = count(this.#killed, pair);
    const dependants = count(this.#dependants, pair);
    const slots = this.#slots.slice(pair * 2, pair * 2 + 2);
    this.undo.note(() => {
      this.#descriptors[pair] = descriptor;
      this.#owners[pair] = owner;
      this.#lastHitMs[pair] = lastHitMs;
      this.#killed[pair] = killed;
      this.#dependants[pair] = dependants;
      this.#slots.set(slots, pair * 2);
    });
  }

  #growPairs(): void {
    const size = this.#lastHitMs.length * 2;
    const lastHitMs = new Float64Array(size);
    lastHitMs.set(this.#lastHitMs);
    this.#lastHitMs = lastHitMs;
    const slots = new Int32Array(size * 2);
    slots.set(this.#slots);
    this.#slots = slots;
    const killed = new Uint8Array(size);
    killed.set(this.#killed);
    this.#killed = killed;
    const dependants = new Int32Array(size);
    dependants.set(this.#dependants);
    this.#dependants = dependants;
  }
}

function count(values: Int32Array | Uint8Array, at: number): number {
  return values[at] as number; // Unwrap: indices are pairs and links that this pool gave out
}
