// The unified flow table of the model, one direction (spec 02 §11.6).

import { TCP, type ModelFlow, type Rewrite } from "./model-flow.js";
import { FLOW_TTL_MS } from "./model-layer.js";
import { ALWAYS_EVICTABLE, NO_OPINION, type Child, type ModelPair } from "./model-pair.js";
import { ModelTable, type TableEntry } from "./model-table.js";
import { findVictim, type TcpEntry } from "./model-tcp.js";

/** What the layers did to a flow, to be repeated. */
export interface Recording {
  readonly epoch: number;
  readonly rewrites: readonly Rewrite[];
  readonly bodies: readonly string[];
  readonly isInternal: boolean;
  readonly parents: readonly ModelPair[];
  readonly tcp: TcpEntry | undefined;
}

export class UftEntry implements TableEntry, Child {
  readonly flow: ModelFlow;
  readonly recording: Recording;
  hits: number = 0;
  lastHitMs: number;
  killed: boolean = false;
  /** Inbound entries: the outbound flow that answers. */
  answer: ModelFlow | undefined;
  /** Outbound entries: the inbound entry that named this one its partner last. */
  partner: UftEntry | undefined;

  constructor(flow: ModelFlow, recording: Recording, nowMs: number) {
    this.flow = flow;
    this.recording = recording;
    this.lastHitMs = nowMs;
  }

  get summary(): string {
    const { rewrites, bodies } = this.recording;
    return `hdr: ${rewrites.map(({ name }) => name).join(",")}, body: ${bodies.join(",")}`;
  }

  priority(): number {
    return this.flow.proto === TCP ? ALWAYS_EVICTABLE : NO_OPINION;
  }
}

export class ModelUft {
  readonly table: ModelTable<UftEntry>;
  evictions: number = 0;

  constructor(limit: number) {
    this.table = new ModelTable(limit);
  }

  /** A live entry. */
  find(flow: ModelFlow): UftEntry | undefined {
    const entry = this.table.get(flow);
    return entry?.killed === true ? undefined : entry;
  }

  /** Makes room and adds an entry; what has the same key is replaced. @returns whether there was room */
  add(entry: UftEntry): boolean {
    const replaced = this.table.get(entry.flow);
    if (replaced !== undefined) this.remove(replaced);
    else if (this.table.size >= this.table.limit) {
      const victim = findVictim(this.table.sorted(), entry.lastHitMs);
      if (victim === undefined) return false;
      this.evictions++;
      for (const pair of victim.recording.parents) pair.inherit(victim.lastHitMs);
      this.remove(victim);
    }
    this.table.set(entry);
    for (const pair of entry.recording.parents) pair.addChild(entry);
    return true;
  }

  remove(entry: UftEntry): void {
    this.table.delete(entry.flow);
    for (const pair of entry.recording.parents) pair.dropChild(entry);
  }

  /** Removes what stands under `flow`, if anything does. */
  removeFlow(flow: ModelFlow): void {
    const entry = this.table.get(flow);
    if (entry !== undefined) this.remove(entry);
  }

  expire(nowMs: number): void {
    for (const entry of this.table.sorted()) {
      const isDue = nowMs - entry.lastHitMs >= FLOW_TTL_MS;
      if (isDue) for (const pair of entry.recording.parents) pair.inherit(entry.lastHitMs);
      if (isDue || entry.killed) this.remove(entry);
    }
  }

  clear(): void {
    for (const entry of this.table.sorted()) this.remove(entry);
  }
}
