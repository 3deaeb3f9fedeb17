// One packet's walk through the layers: the state that layers share while the slow path runs (spec 02 §11.4, §11.5).

import type { Direction } from "opte-api";
import { ActionMetadata } from "../action/metadata.js";
import { FlowKey } from "../flow/flow-id.js";
import { Frame } from "../packet/frame.js";
import { Packet } from "../packet/packet.js";
import type { BodyTransform } from "../transform/body-transform.js";
import type { HeaderTransform } from "../transform/header-transform.js";
import { Rewrite } from "../transform/rewrite.js";
import { DropReason } from "../verdict.js";
import { NONE, type FlowPairs } from "./flow-pairs.js";
import type { LayerObserver } from "./layer-observer.js";
import type { LayerError } from "./layer-outcome.js";
import { ReusedList } from "./reused-list.js";

/** The state of a walk; one instance serves a port. */
export class Walk {
  dir: Direction = "out";
  nowMs = 0;
  /** Set while somebody watches the packet. */
  observer: LayerObserver | undefined = undefined;
  readonly packet: Packet = new Packet();
  readonly rewrite: Rewrite;
  readonly metadata: ActionMetadata = new ActionMetadata();
  /** Where a hairpin writes its answer. */
  readonly reply: Frame = Frame.allocate(0);

  /** Transformations run so far, in order: what the unified entry will do. */
  readonly headers: ReusedList<HeaderTransform> = new ReusedList();
  readonly bodies: BodyTransform[] = [];
  /** Parents of the coming unified and TCP entries: every flow-table pair that was matched or made. */
  readonly parents: ReusedList<number> = new ReusedList();

  /** Set by the layer that ended the walk. */
  reason: DropReason = DropReason.None;
  layer = "";
  /** Rule that decided, or -1 for a default or a flow-table entry. */
  ruleId = -1;
  error: LayerError | undefined = undefined;

  /** Flow id as a layer got the packet. */
  readonly before: FlowKey = new FlowKey();
  readonly opposite: FlowKey = new FlowKey();

  constructor() {
    this.rewrite = new Rewrite(this.packet);
  }

  begin(dir: Direction, nowMs: number): void {
    this.dir = dir;
    this.nowMs = nowMs;
    this.metadata.clear();
    this.headers.clear();
    if (this.bodies.length > 0) this.bodies.length = 0;
    this.parents.clear();
    this.reason = DropReason.None;
    this.layer = "";
    this.ruleId = -1;
    this.error = undefined;
    this.rewrite.begin();
  }

  /** Makes a list of this walk's parents for one dependant. */
  linkParents(pairs: FlowPairs): number {
    let head = NONE;
    const { items, size } = this.parents;
    for (let i = 0; i < size; i++) head = pairs.link(head, items[i] as number); // Unwrap: the list has `size` items
    return head;
  }
}
