// Lifetimes of layer flow-table pairs (spec 02 §5.2, §9.1): what both halves of a pair share, and who depends on it.
//
// One pool serves all layers of a port, so that a unified or TCP entry refers to its parents by plain numbers. A pair stays
// allocated while a half of it is in its layer's tables *or* a dependant (a unified or TCP entry made through it) lives; then its
// descriptor is released, which gives finite resources back.

import type { Direction } from "opte-api";
import type { FlowDescriptor } from "../action/action.js";
import type { MemoryRoom } from "../flow/memory-room.js";
import { UndoLog } from "../flow/undo-log.js";

/** No pair, no link. */
export const NONE = -1;

/** The layer flow table that a pair belongs to. */
export interface PairOwner {
  /** The last dependant of a pair that still has a half is gone: the pair's own idle time counts from now on. */
  dependantsGone(pair: number): void;
  /** The first TCP entry depends on a pair now, or the last one does no longer. */
  tcpDependantsChanged(pair: number): void;
}

/** Tables whose entries depend on pairs. */
export const DEPENDANT_TABLES = ["tcp", "uftIn", "uftOut"] as const;
export type DependantTable = (typeof DEPENDANT_TABLES)[number];

/** A table whose entries depend on pairs. */
export interface Dependants {
  /** A pair that the entry in `slot` depends on was killed: the entry counts as absent from now on. */
  kill(slot: number): void;
}

// Words of a link.
const PAIR = 0;
const NEXT_PARENT = 1;
/** Slot of the dependant times {@link DEPENDANT_TABLES}, plus its table; -1 while the list of parents has no dependant yet. */
const DEPENDANT = 2;
const NEXT_CHILD = 3;
const PREVIOUS_CHILD = 4;
const LINK_WORDS = 5;
const TCP_TABLE = 0;

/** What can be read of pairs. */
export type PairRecords = Pick<
  FlowPairs,
  "end" | "descriptor" | "owner" | "lastHitMs" | "isKilled" | "slot" | "forEach"
>;

/** The pairs of a port, and the lists of parents that dependants hold. */
export class FlowPairs {
  /** Serves all tables of the port. */
  readonly undo: UndoLog;

  #descriptors: (FlowDescriptor | undefined)[] = [];
  #owners: (PairOwner | undefined)[] = [];
  #lastHitMs: Float64Array = new Float64Array(16);
  /** Slots of a pair's halves in its layer's tables: in, out; -1 where there is none. */
  #slots: Int32Array = new Int32Array(32);
  #killed: Uint8Array = new Uint8Array(16);
  #dependants: Int32Array = new Int32Array(16);
  /** TCP entries among the dependants. */
  #tcpDependants: Int32Array = new Int32Array(16);
  /** First link of each pair's list of dependants. */
  #children: Int32Array = new Int32Array(16);
  readonly #freePairs: number[] = [];
  readonly #tables: (Dependants | undefined)[] = [];

  // A link stands in two lists: that of its dependant's parents, singly linked, and that of its pair's dependants, doubly linked.
  #links: Int32Array = new Int32Array(16 * LINK_WORDS);
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
    this.#tcpDependants[pair] = 0;
    this.#children[pair] = NONE;
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

  /** Whether a tracked TCP flow depends on a pair. */
  hasTcpDependants(pair: number): boolean {
    return count(this.#tcpDependants, pair) > 0;
  }

  /** Slots of the TCP entries that depend on a pair. */
  forEachTcpDependant(pair: number, visit: (slot: number) => void): void {
    for (let link = count(this.#children, pair); link !== NONE; link = this.#word(link, NEXT_CHILD)) {
      const dependant = this.#word(link, DEPENDANT);
      if (isTcp(dependant)) visit(Math.floor(dependant / DEPENDANT_TABLES.length));
    }
  }

  /** Makes a table known whose entries will depend on pairs. */
  register(name: DependantTable, table: Dependants): void {
    this.#tables[DEPENDANT_TABLES.indexOf(name)] = table;
  }

  /** Marks a pair, and with it all its dependants, as gone; they count as absent from now on. */
  kill(pair: number): void {
    this.#remember(pair);
    this.#killed[pair] = 1;
    for (let link = count(this.#children, pair); link !== NONE; link = this.#word(link, NEXT_CHILD)) {
      const dependant = this.#word(link, DEPENDANT);
      if (dependant === NONE) continue;
      this.#tables[dependant % DEPENDANT_TABLES.length]?.kill(Math.floor(dependant / DEPENDANT_TABLES.length));
    }
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

  /** Puts `pair` in front of the parents list `head`, which has no dependant yet; returns the new head. */
  link(head: number, pair: number): number {
    let link = this.#freeLink;
    if (link === NONE) {
      link = this.#linkEnd++;
      if (link * LINK_WORDS >= this.#links.length) this.#links = grown(this.#links);
    } else {
      this.#freeLink = this.#word(link, NEXT_PARENT);
    }
    if (this.undo.isOn) this.undo.note(() => this.#giveLinkBack(link));
    this.#setWord(link, DEPENDANT, NONE);
    this.#hang(link, pair, head);
    return link;
  }

  /** Gives the parents list `head` to the entry in `slot` of a table. */
  adopt(head: number, name: DependantTable, slot: number): void {
    const table = DEPENDANT_TABLES.indexOf(name);
    for (let link = head; link !== NONE; link = this.#word(link, NEXT_PARENT)) {
      this.#setWord(link, DEPENDANT, slot * DEPENDANT_TABLES.length + table);
      if (table === TCP_TABLE) this.#countTcp(this.#word(link, PAIR), 1);
    }
  }

  /** Lets the pairs of the parents list `head` forget whose it is: an entry that was killed has no say any more in what becomes of them. */
  disown(head: number): void {
    for (let next = head; next !== NONE; next = this.#word(next, NEXT_PARENT)) {
      const link = next;
      const dependant = this.#word(link, DEPENDANT);
      if (this.undo.isOn) this.undo.note(() => this.#setWord(link, DEPENDANT, dependant));
      this.#setWord(link, DEPENDANT, NONE);
      if (isTcp(dependant)) this.#countTcp(this.#word(link, PAIR), -1);
    }
  }

  /** Gives up a whole parents list. */
  unlinkAll(head: number): void {
    for (let next = head; next !== NONE;) {
      // A binding of its own for each step to undo.
      const link = next;
      const pair = this.#word(link, PAIR);
      const following = this.#word(link, NEXT_PARENT);
      const dependant = this.#word(link, DEPENDANT);
      if (this.undo.isOn) this.undo.note(() => this.#takeLinkAgain(link, pair, following, dependant));
      this.#takeDown(link, pair);
      this.#giveLinkBack(link);
      if (isTcp(dependant)) this.#countTcp(pair, -1);
      if (!this.hasDependants(pair)) {
        if (this.#hasHalf(pair)) this.#owners[pair]?.dependantsGone(pair);
        else this.#free(pair);
      }
      next = following;
    }
  }

  /** Hands a dependant's last hit to all its parents. */
  inheritAll(head: number, lastHitMs: number): void {
    for (let link = head; link !== NONE; link = this.#word(link, NEXT_PARENT)) {
      this.inherit(this.#word(link, PAIR), lastHitMs);
    }
  }

  /** Calls back for every parent in the list. */
  forEach(head: number, visit: (pair: number) => void): void {
    for (let link = head; link !== NONE; link = this.#word(link, NEXT_PARENT)) visit(this.#word(link, PAIR));
  }

  /** Gives a descriptor's resources back. A dry run takes them again at its end, or leaves alone what cannot be taken again. */
  release(descriptor: FlowDescriptor): void {
    if (this.undo.isOn) {
      if (descriptor.reclaim === undefined) return;
      this.undo.note(() => descriptor.reclaim?.());
    }
    descriptor.release?.();
  }

  /** One past the highest pair that was ever allocated. */
  get end(): number {
    return this.#descriptors.length;
  }

  /** Sizes of what {@link frozen} copies, in words. */
  get wordsInUse(): readonly number[] {
    return [this.#linkEnd * LINK_WORDS, this.end * 2];
  }

  /** A copy of pairs and links, for reading, which stays as it is whatever becomes of them here. */
  frozen(room: MemoryRoom): PairRecords {
    const copy = new FlowPairs();
    const { end } = this;
    copy.#descriptors = this.#descriptors.slice();
    copy.#owners = this.#owners.slice();
    copy.#lastHitMs = this.#lastHitMs.slice(0, end);
    copy.#killed = this.#killed.slice(0, end);
    copy.#slots = room.copy(this.#slots, end * 2);
    copy.#links = room.copy(this.#links, this.#linkEnd * LINK_WORDS);
    return copy;
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

  #word(link: number, word: number): number {
    return count(this.#links, link * LINK_WORDS + word);
  }

  #setWord(link: number, word: number, value: number): void {
    this.#links[link * LINK_WORDS + word] = value;
  }

  /** Puts a link into both its lists. */
  #hang(link: number, pair: number, nextParent: number): void {
    if (this.undo.isOn) this.undo.note(() => this.#takeDown(link, pair));
    const first = count(this.#children, pair);
    this.#setWord(link, PAIR, pair);
    this.#setWord(link, NEXT_PARENT, nextParent);
    this.#setWord(link, NEXT_CHILD, first);
    this.#setWord(link, PREVIOUS_CHILD, NONE);
    if (first !== NONE) this.#setWord(first, PREVIOUS_CHILD, link);
    this.#children[pair] = link;
    this.#dependants[pair] = count(this.#dependants, pair) + 1;
  }

  /** Takes a link out of its pair's list. */
  #takeDown(link: number, pair: number): void {
    const next = this.#word(link, NEXT_CHILD);
    const previous = this.#word(link, PREVIOUS_CHILD);
    if (previous === NONE) this.#children[pair] = next;
    else this.#setWord(previous, NEXT_CHILD, next);
    if (next !== NONE) this.#setWord(next, PREVIOUS_CHILD, previous);
    this.#dependants[pair] = count(this.#dependants, pair) - 1;
  }

  #countTcp(pair: number, by: 1 | -1): void {
    const before = count(this.#tcpDependants, pair);
    this.#tcpDependants[pair] = before + by;
    if (this.undo.isOn) this.undo.note(() => (this.#tcpDependants[pair] = before));
    if ((before === 0) !== (before + by === 0)) this.#owners[pair]?.tcpDependantsChanged(pair);
  }

  #giveLinkBack(link: number): void {
    this.#setWord(link, NEXT_PARENT, this.#freeLink);
    this.#freeLink = link;
  }

  /** Undoes giving a link back, all later changes having been undone, so that it is the first free one. */
  #takeLinkAgain(link: number, pair: number, next: number, dependant: number): void {
    this.#freeLink = this.#word(link, NEXT_PARENT);
    this.#setWord(link, DEPENDANT, dependant);
    this.#hang(link, pair, next);
  }

  /** Notes all that a pair is, before a dry run changes it. */
  #remember(pair: number): void {
    if (!this.undo.isOn) return;
    const descriptor = this.#descriptors[pair];
    const owner = this.#owners[pair];
    const lastHitMs = this.lastHitMs(pair);
    const killed = count(this.#killed, pair);
    const slots = this.#slots.slice(pair * 2, pair * 2 + 2);
    this.undo.note(() => {
      this.#descriptors[pair] = descriptor;
      this.#owners[pair] = owner;
      this.#lastHitMs[pair] = lastHitMs;
      this.#killed[pair] = killed;
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
    this.#dependants = grown(this.#dependants);
    this.#tcpDependants = grown(this.#tcpDependants);
    this.#children = grown(this.#children);
  }
}

function isTcp(dependant: number): boolean {
  return dependant !== NONE && dependant % DEPENDANT_TABLES.length === TCP_TABLE;
}

function grown(values: Int32Array): Int32Array {
  const twice = new Int32Array(values.length * 2);
  twice.set(values);
  return twice;
}

function count(values: Int32Array | Uint8Array, at: number): number {
  return values[at] as number; // Unwrap: indices are pairs and links that this pool gave out
}
