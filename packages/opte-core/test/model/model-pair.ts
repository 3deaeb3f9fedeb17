// Lifetimes in the model: pairs of layer entries, the unified and TCP entries made through them, and who outlives whom
// (spec 02 §5.2, §9.1, §9.3).

import type { ModelDescriptor } from "./model-nat.js";
import type { ModelFlow } from "./model-flow.js";

/** Verdicts of eviction besides the numbers, the highest of which goes first. */
export const PROTECTED = -1;
export const NO_OPINION = Infinity;
export const ALWAYS_EVICTABLE = 65535;

/** A unified or TCP entry. */
export interface Child {
  readonly flow: ModelFlow;
  lastHitMs: number;
  /** Its parent was evicted: it counts as absent. */
  killed: boolean;
  priority(nowMs: number): number;
}

/** What the two halves of a layer's entry share. */
export class ModelPair {
  readonly descriptor: ModelDescriptor | undefined;
  lastHitMs: number;
  killed: boolean = false;
  /** A child stands here once for each of its lists of parents that names this pair. */
  readonly #children: Child[] = [];
  #halves = 0;

  constructor(descriptor: ModelDescriptor | undefined, nowMs: number) {
    this.descriptor = descriptor;
    this.lastHitMs = nowMs;
  }

  addHalf(): void {
    this.#halves++;
  }

  dropHalf(): void {
    this.#halves--;
    this.#releaseIfAlone();
  }

  addChild(child: Child): void {
    this.#children.push(child);
  }

  dropChild(child: Child): void {
    this.#children.splice(this.#children.indexOf(child), 1);
    this.#releaseIfAlone();
  }

  get liveChildren(): Child[] {
    return this.#children.filter((child) => !child.killed);
  }

  /** An expired child hands its last hit on; time only moves forward. */
  inherit(lastHitMs: number): void {
    this.lastHitMs = Math.max(this.lastHitMs, lastHitMs);
  }

  kill(): void {
    this.killed = true;
    for (const child of this.#children) child.killed = true;
  }

  /** What the children make of a verdict: protection wins, else the lowest number. */
  priority(own: number, nowMs: number): number {
    return Math.min(own, ...this.liveChildren.map((child) => child.priority(nowMs)));
  }

  #releaseIfAlone(): void {
    if (this.#halves === 0 && this.#children.length === 0) this.descriptor?.release();
  }
}

/** What decides which of two entries is evicted. */
export interface Candidate {
  readonly priority: number;
  readonly lastHitMs: number;
}

/** The candidate that is evicted, if any may be: the highest priority, then the oldest last hit, then the first. */
export function chooseVictim<C extends Candidate>(candidates: readonly C[]): C | undefined {
  const evictable = candidates.filter(({ priority }) => priority !== PROTECTED && priority !== NO_OPINION);
  const highest = Math.max(...evictable.map(({ priority }) => priority));
  const equals = evictable.filter(({ priority }) => priority === highest);
  const oldestMs = Math.min(...equals.map(({ lastHitMs }) => lastHitMs));
  return equals.find(({ lastHitMs }) => lastHitMs === oldestMs);
}
