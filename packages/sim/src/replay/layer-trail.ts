// What each layer did to a packet: read off the engine's probe points.

import type { Direction } from "opte-api";
import type { ProbesProvider } from "opte-core";

/** One layer's part in a packet's walk. */
export interface LayerStep {
  readonly layer: string;
  /** A rule, the layer's default action, or the layer's entry for the flow. */
  readonly decidedBy: "rule" | "default" | "flow";
  /** What the rule does, as dumps print it. */
  readonly action?: string;
}

/** Listens to one port and keeps the walk of its last packet. */
export class LayerTrail implements ProbesProvider {
  #steps: LayerStep[] = [];

  /** Forgets the last packet; its steps stay as they were for whoever took them. */
  begin(): void {
    this.#steps = [];
  }

  /** In the order of the walk; empty for a packet that took a compiled or recorded path. */
  get steps(): readonly LayerStep[] {
    return this.#steps;
  }

  layerProcessEntry(_dir: Direction, _port: string, layer: string): void {
    this.#steps.push({ layer, decidedBy: "flow" });
  }

  ruleMatch(_port: string, layer: string, _dir: Direction, _flow: unknown, action: string): void {
    this.#replaceLast({ layer, decidedBy: "rule", action });
  }

  ruleNoMatch(_port: string, layer: string): void {
    this.#replaceLast({ layer, decidedBy: "default" });
  }

  #replaceLast(step: LayerStep): void {
    this.#steps[this.#steps.length - 1] = step;
  }
}
