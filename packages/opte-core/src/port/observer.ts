// What an observer is told of a packet's way through a port.

import type { Direction, TcpState } from "opte-api";
import type { FlowKey } from "../flow/flow-id.js";
import type { LayerObserver } from "../layer/layer-observer.js";
import type { Frame } from "../packet/frame.js";
import type { DropReason } from "../verdict.js";
import type { ProcessResult } from "./process-result.js";
import type { RecordedTransforms } from "./uft.js";

/** What the unified flow table says of a flow. */
export type UnifiedLookUp =
  /** Served by this entry, unless TCP tracking refuses that. */
  | { readonly kind: "hit"; readonly recorded: RecordedTransforms }
  /** The entry's TCP flow has gone: all layers are asked. */
  | { readonly kind: "tcpGone" }
  /** The entry was made under older rules: it goes, with its partner, and all layers are asked. */
  | { readonly kind: "stale"; readonly epoch: number }
  | { readonly kind: "miss" };

/** What tracking makes of a TCP segment. */
export interface TcpStep {
  /** State of the flow before the segment; `Closed` for a flow that is not tracked yet. */
  readonly before: TcpState;
  /** State that the segment leads to. An unexpected one changes nothing; one that opens a flow anew ends the old one. */
  readonly after: TcpState | "unexpected" | "newFlow";
  /**
   * What becomes of the packet: it goes on as part of a tracked flow; it goes on and the flow is over; its flow begins anew with all
   * layers; it is dropped.
   */
  readonly outcome: "tracked" | "closed" | "newFlow" | "refused";
}

/**
 * Is told a packet's whole way through a port, step by step and in order; every member is optional. The run is the same as without
 * an observer.
 *
 * - *Who calls:* `port.observe` and `port.dryRun`, in the thread that called them, in the middle of the packet.
 * - *Must:* take what it needs out of flow keys, frames and the result before it returns; they are the engine's working memory.
 * - *Must not:* throw, write to an argument, or call back into the port.
 */
export interface PacketObserver extends LayerObserver {
  /** The packet's flow was looked up in the unified table; its flow is still as it arrived. */
  unifiedLookedUp?(dir: Direction, flow: FlowKey, found: UnifiedLookUp): void;
  /** @param flow the flow that is tracked: the guest's outbound one, but on a unified hit the packet's own */
  tcpTracked?(flow: FlowKey, step: TcpStep): void;
  /**
   * The frame was emitted: outer headers pushed or popped, checksums brought up to date.
   *
   * @param reason why the frame cannot be sent, or `None`
   */
  emitted?(frame: Frame, reason: DropReason): void;
  /** The last call for a packet. */
  decided?(result: ProcessResult): void;
}
