// TCP flows of the model (spec 02 §13): the transitions that were recorded from the reference, lifetimes, and the table.

import { readFileSync } from "node:fs";
import type { Direction } from "opte-api";
import type { ModelFlow, ModelPacket } from "./model-flow.js";
import { chooseVictim, PROTECTED, type Child, type ModelPair } from "./model-pair.js";
import { ModelTable, type TableEntry } from "./model-table.js";

export type Segment = NonNullable<ModelPacket["tcp"]> & { readonly frameLen: number };

interface Lifetime {
  readonly ttlMs: number;
  readonly protectedMs: number;
}

const INCIPIENT: Lifetime = { ttlMs: 5_000, protectedMs: 2_500 };
const CLOSING: Lifetime = { ttlMs: 120_000, protectedMs: 5_000 };
const ESTABLISHED: Lifetime = { ttlMs: 8_000_000, protectedMs: 60_000 };

const LIFETIMES: ReadonlyMap<string, Lifetime> = new Map([
  ["LISTEN", INCIPIENT],
  ["SYN_SENT", INCIPIENT],
  ["SYN_RCVD", INCIPIENT],
  ["LAST_ACK", INCIPIENT],
  ["ESTABLISHED", ESTABLISHED],
  ["CLOSE_WAIT", CLOSING],
  ["FIN_WAIT_1", CLOSING],
  ["FIN_WAIT_2", CLOSING],
  ["TIME_WAIT", CLOSING],
]);

/** Lines `T IN CLOSED SA ESTABLISHED ESTABLISHED`: next state if the segment acknowledges the guest's, and if not. */
const TRANSITIONS: ReadonlyMap<string, readonly [string, string]> = new Map(
  readFileSync(new URL("../data/tcp-matrix-vectors.txt", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("T "))
    .map((line) => {
      const [, dir = "", state = "", flags = "", acked = "", other = ""] = line.split(" ");
      return [`${dir.toLowerCase()} ${state} ${flags}`, [acked, other]];
    }),
);

/** A tracked flow, under the guest's outbound flow id. */
export class TcpEntry implements TableEntry, Child {
  readonly flow: ModelFlow;
  hits: number = 0;
  lastHitMs: number;
  killed: boolean = false;
  state: string = "CLOSED";
  inbound: ModelFlow | undefined;
  readonly guest: { seq?: number; ack?: number } = {};
  readonly remote: { seq?: number; ack?: number } = {};
  readonly segments: Record<Direction, number> = { in: 0, out: 0 };
  readonly bytes: Record<Direction, number> = { in: 0, out: 0 };
  parents: Record<Direction, readonly ModelPair[]> = { in: [], out: [] };

  constructor(flow: ModelFlow, nowMs: number) {
    this.flow = flow;
    this.lastHitMs = nowMs;
  }

  get lifetime(): Lifetime {
    return LIFETIMES.get(this.state) ?? { ttlMs: 0, protectedMs: 0 };
  }

  get allParents(): ModelPair[] {
    return [...this.parents.in, ...this.parents.out];
  }

  /** Eviction verdict by age (spec 02 §13.5). */
  priority(nowMs: number): number {
    const { ttlMs, protectedMs } = this.lifetime;
    const ageMs = nowMs - this.lastHitMs;
    if (this.state === "ESTABLISHED") return ageMs < protectedMs ? PROTECTED : 1;
    if (ageMs <= protectedMs) return PROTECTED;
    const fraction = Math.min(0x10000, Math.floor(((ageMs - protectedMs) * 0x10000) / (ttlMs - protectedMs)));
    return 2 + Math.floor(((65534 - 2) * fraction + 0x8000) / 0x10000);
  }

  /** The state that a segment leads to, or `UNEXP` or `NEWFLOW`. */
  next(dir: Direction, { flags, ack }: Segment): string {
    const { seq } = this.guest;
    const acksGuest = seq !== undefined && ack === (seq + 1) % 2 ** 32;
    const [acked, other] = TRANSITIONS.get(`${dir} ${this.state} ${flags === "" ? "none" : flags}`) ?? ["", ""];
    return acksGuest ? acked : other;
  }

  /** Counts a segment and notes its numbers, which happens to refused ones too. */
  note(dir: Direction, { flags, seq, ack, frameLen }: Segment): void {
    const sender = dir === "out" ? this.guest : this.remote;
    sender.seq = seq;
    if (flags.includes("A")) sender.ack = ack;
    this.segments[dir]++;
    this.bytes[dir] += frameLen;
  }
}

/** The table of tracked flows. */
export class ModelTcp {
  readonly table: ModelTable<TcpEntry>;
  evictions: number = 0;

  constructor(limit: number) {
    this.table = new ModelTable(limit);
  }

  /** A live entry. */
  find(outbound: ModelFlow): TcpEntry | undefined {
    const entry = this.table.get(outbound);
    return entry?.killed === true ? undefined : entry;
  }

  /** Makes room and adds an entry; what has the same key is replaced. @returns whether there was room */
  add(entry: TcpEntry, nowMs: number): boolean {
    const replaced = this.table.get(entry.flow);
    if (replaced !== undefined) this.remove(replaced);
    else if (this.table.size >= this.table.limit) {
      const victim = findVictim(this.table.sorted(), nowMs);
      if (victim === undefined) return false;
      this.evictions++;
      for (const pair of victim.allParents) pair.inherit(victim.lastHitMs);
      this.remove(victim);
    }
    this.table.set(entry);
    return true;
  }

  remove(entry: TcpEntry): void {
    this.table.delete(entry.flow);
    for (const pair of entry.allParents) pair.dropChild(entry);
  }

  setParents(dir: Direction, entry: TcpEntry, parents: readonly ModelPair[]): void {
    for (const pair of parents) pair.addChild(entry);
    for (const pair of entry.parents[dir]) pair.dropChild(entry);
    entry.parents[dir] = parents;
  }

  expire(nowMs: number): void {
    for (const entry of this.table.sorted()) {
      const isDue = nowMs - entry.lastHitMs >= entry.lifetime.ttlMs;
      if (isDue) for (const pair of entry.allParents) pair.inherit(entry.lastHitMs);
      if (isDue || entry.killed) this.remove(entry);
    }
  }

  clear(): void {
    for (const entry of this.table.sorted()) this.remove(entry);
  }
}

/** A killed entry before all others, else the one with the highest priority, if any may go. */
export function findVictim<Entry extends Child>(sorted: readonly Entry[], nowMs: number): Entry | undefined {
  const killed = sorted.find((entry) => entry.killed);
  const candidates = sorted.map((entry) => ({ entry, priority: entry.priority(nowMs), lastHitMs: entry.lastHitMs }));
  return killed ?? chooseVictim(candidates)?.entry;
}
