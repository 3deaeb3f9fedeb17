// What `port.process` tells beyond its verdict: one preallocated record, valid until the next packet.

import type { BodyTransformError } from "../transform/body-transform.js";
import { FlowKey } from "../flow/flow-id.js";
import { denyLabel, type LayerError } from "../layer/layer-outcome.js";
import type { Frame } from "../packet/frame.js";
import { updateFlow } from "../packet/packet-flow.js";
import type { Packet } from "../packet/packet.js";
import type { ParseError } from "../packet/parse-error.js";
import type { ProbeLabels, ProcessPath } from "../provider/probes.js";
import { DROP_REASON_NAMES, DropReason, Verdict } from "../verdict.js";

/** Why a packet could not be processed (verdict `Error`), by the reference's variant names (spec 02 §11.8). */
export type ProcessError =
  | { readonly kind: "BadState"; readonly state: string }
  | { readonly kind: "Layer"; readonly layer: string; readonly cause: LayerError }
  | { readonly kind: "HandlePkt"; readonly text: string }
  | { readonly kind: "HdrTransform"; readonly header: string }
  | { readonly kind: "BodyTransform"; readonly cause: BodyTransformError }
  | { readonly kind: "FlowTableFull"; readonly table: "UFT"; readonly limit: number };

/** The outcome of the last packet. */
export class ProcessResult {
  verdict: Verdict = Verdict.Modified;
  /** Why it was dropped; `None` unless the verdict is `Drop`. */
  reason: DropReason = DropReason.None;
  /** Layer that decided, empty where none did. */
  layer = "";
  /** Rule of that layer that decided, or -1: a default, a flow-table entry, or a later layer's business. */
  ruleId = -1;
  /** Set when the verdict is `Error`. */
  error: ProcessError | undefined = undefined;
  /** Where parsing failed; meaningful when the verdict is `ParseError`. */
  readonly parseError: ParseError;
  /** The answer to send back; meaningful when the verdict is `Hairpin`. */
  readonly hairpin: Frame;
  /** 1 compiled transformation, 2 recorded list, 3 all layers. */
  path: ProcessPath = 3;
  /** CRC-32 of `flow`: hint for choosing a path or a queue, the same for every packet of a flow. */
  l4Hash = 0;
  /** The packet stays inside: the underlay's MTU bounds it, not the guest's. */
  mtuUnrestricted = false;

  readonly #packet: Packet;
  readonly #flow: FlowKey = new FlowKey();
  #isFlowKept = false;
  /** Nothing was said but what `setPlainHit` says. */
  #isPlainHit = false;

  constructor(packet: Packet, hairpin: Frame) {
    this.#packet = packet;
    this.parseError = packet.parseError;
    this.hairpin = hairpin;
  }

  /** Flow id as parsed, before any rewrite. */
  get flow(): FlowKey {
    this.keepFlow();
    return this.#flow;
  }

  /** To be called before the packet's own flow id is changed. A hit leaves it alone, and so pays for no copy that nobody asks for. */
  keepFlow(): void {
    if (this.#isFlowKept) return;
    this.#flow.copyFrom(this.#packet.flow);
    this.#isFlowKept = true;
  }

  /** Flow id after every rewrite, read from the frame when asked. */
  get flowAfter(): FlowKey {
    this.keepFlow();
    updateFlow(this.#packet);
    return this.#packet.flow;
  }

  /** Forgets the previous packet. */
  begin(): void {
    this.verdict = Verdict.Modified;
    this.path = 3;
    this.#isFlowKept = false;
    if (this.#isPlainHit) this.#isPlainHit = false;
    else {
      this.reason = DropReason.None;
      this.layer = "";
      this.ruleId = -1;
      this.error = undefined;
    }
    this.l4Hash = 0;
    this.mtuUnrestricted = false;
  }

  /** Of a packet that its compiled unified entry let through, of which there is no more to say. */
  setPlainHit(l4Hash: number, mtuUnrestricted: boolean): void {
    this.path = 1;
    this.l4Hash = l4Hash;
    this.mtuUnrestricted = mtuUnrestricted;
    this.#isPlainHit = true;
  }
}

/** What probes say of a result (spec 02 §17.2). */
export function resultLabels(result: ProcessResult): ProbeLabels {
  switch (result.verdict) {
    case Verdict.Hairpin:
      return ["Hairpin"];
    case Verdict.Drop:
      return ["Drop", dropLabel(result)];
    case Verdict.Error:
      return [`ERROR: ${result.error?.kind ?? ""}`];
    default:
      return ["Modified"];
  }
}

function dropLabel({ layer, reason }: ProcessResult): string {
  if (layer === "") return DROP_REASON_NAMES[reason] ?? "";
  return `{name: "${layer}", reason: ${denyLabel(reason)}}`;
}
