// Rules of the model: a list, walked to insert and walked to match (spec 02 §4).

import { isIpv6, TCP, UDP, type ModelFlow } from "./model-flow.js";

/** What a rule of the model does. */
export type ModelAction =
  | "allow"
  | "statefulAllow"
  | "deny"
  | "handlePacket"
  /** Marks the packet's target as internal. */
  | "meta"
  | "hairpin"
  | "snat"
  | "natOut"
  | "natIn"
  | "encap"
  | "decap";

/** A rule before it has a place; absent conditions are not asked. */
export interface RuleDraft {
  readonly priority: number;
  readonly action: ModelAction;
  readonly family?: 4 | 6;
  readonly proto?: number;
  readonly src?: number;
  readonly dst?: number;
  readonly dstPort?: number;
}

export interface ModelRule {
  readonly id: number;
  readonly draft: RuleDraft;
  hits: number;
}

export class ModelRules {
  list: ModelRule[] = [];
  defaultHits: number = 0;
  #nextId = 0;

  add(draft: RuleDraft): number {
    const id = this.#nextId++;
    const isDeny = draft.action === "deny";
    let place = 0;
    for (const { draft: other } of this.list) {
      if (other.priority > draft.priority) break;
      if (other.priority === draft.priority && (isDeny || other.action !== "deny")) break;
      place++;
    }
    this.list.splice(place, 0, { id, draft, hits: 0 });
    return id;
  }

  /** @returns whether there was such a rule */
  remove(id: number): boolean {
    const before = this.list.length;
    this.list = this.list.filter((rule) => rule.id !== id);
    return this.list.length < before;
  }

  replace(drafts: readonly RuleDraft[]): void {
    this.list = [];
    for (const draft of drafts) this.add(draft);
  }

  match(flow: ModelFlow): ModelRule | undefined {
    const rule = this.list.find(({ draft }) => holds(draft, flow));
    if (rule === undefined) this.defaultHits++;
    else rule.hits++;
    return rule;
  }
}

function holds({ family, proto, src, dst, dstPort }: RuleDraft, flow: ModelFlow): boolean {
  const hasAddresses = flow.src !== 0;
  if (family !== undefined && !(hasAddresses && isIpv6(flow) === (family === 6))) return false;
  if (proto !== undefined && flow.proto !== proto) return false;
  if (src !== undefined && flow.src !== src) return false;
  if (dst !== undefined && flow.dst !== dst) return false;
  const hasPorts = flow.proto === TCP || flow.proto === UDP;
  return dstPort === undefined || (hasPorts && flow.second === dstPort);
}
