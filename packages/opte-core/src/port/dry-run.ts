// What a packet would come to: a real run on a copy of the frame, every change of which is taken back.

import type { Direction } from "opte-api";
import type { FlowId } from "../flow/flow-id.js";
import { Walk } from "../layer/walk.js";
import { Frame, MAX_FRAME_LEN } from "../packet/frame.js";
import type { ParseErrorValue } from "../packet/parse-error.js";
import { NULL_LOG } from "../provider/log.js";
import { PROBES } from "../provider/probe-switch.js";
import { NULL_PROBES, type ProcessPath } from "../provider/probes.js";
import { Verdict, type DropReason } from "../verdict.js";
import type { PacketObserver } from "./observer.js";
import { Pipeline } from "./pipeline.js";
import type { PortParts } from "./port-parts.js";
import type { ProcessError, ProcessResult } from "./process-result.js";

/** What a packet would come to, as a value to keep; members as in {@link ProcessResult}. */
export interface DryRunResult {
  readonly verdict: Verdict;
  readonly reason: DropReason;
  readonly layer: string;
  readonly ruleId: number;
  readonly path: ProcessPath;
  readonly l4Hash: number;
  readonly mtuUnrestricted: boolean;
  readonly error: ProcessError | undefined;
  /** Verdict `ParseError`: where parsing failed. */
  readonly parseError: ParseErrorValue | undefined;
  /** Flow id before any rewrite; absent with verdict `ParseError`. */
  readonly flow: FlowId | undefined;
  readonly flowAfter: FlowId | undefined;
  /** The frame as it would go on; its bytes mean something with verdict `Modified`. */
  readonly frame: Uint8Array;
  /** Verdict `Hairpin`: the answer. */
  readonly hairpin: Uint8Array | undefined;
}

/** Runs packets dry through one port, with a walk and a result of its own: the port's last result stays. */
export class DryRun {
  readonly #parts: PortParts;
  readonly #pipeline: Pipeline;

  constructor(parts: PortParts) {
    this.#parts = { ...parts, walk: new Walk() };
    this.#pipeline = new Pipeline(this.#parts);
  }

  /** Takes a frame dry through the port, whose state and epoch are given. */
  run(dir: Direction, frame: Frame, state: string, epoch: number, observer: PacketObserver): DryRunResult {
    const copy = copyOf(frame);
    const { pairs, providers, stats, layers } = this.#parts;
    const { log, probes } = providers;
    const counters = [stats, ...layers.map((layer) => layer.stats.values)].map(
      (block) => [block, block.slice()] as const,
    );
    providers.log = NULL_LOG;
    if (PROBES) providers.probes = NULL_PROBES;
    pairs.undo.begin();
    try {
      this.#pipeline.observe(dir, copy, state, epoch, observer);
    } finally {
      pairs.undo.rollBack();
      for (const [block, values] of counters) block.set(values);
      providers.log = log;
      if (PROBES) providers.probes = probes;
    }
    return resultValue(this.#pipeline.result, copy);
  }
}

/** A copy with as much headroom, as far as it can matter, and the same alignment. */
function copyOf({ bytes, start, end }: Frame): Frame {
  const from = Math.max(0, start - MOST_HEADROOM);
  return new Frame(bytes.slice(from, end), start - from, end - from);
}

/** No frame that is in bounds has more bytes in front of what it came with; a multiple of 4. */
const MOST_HEADROOM = MAX_FRAME_LEN + 1;

function resultValue(result: ProcessResult, frame: Frame): DryRunResult {
  const { verdict, reason, layer, ruleId, path, l4Hash, mtuUnrestricted, error } = result;
  const isParsed = verdict !== Verdict.ParseError;
  return {
    verdict,
    reason,
    layer,
    ruleId,
    path,
    l4Hash,
    mtuUnrestricted,
    error,
    parseError: isParsed ? undefined : result.parseError.toValue(),
    flow: isParsed ? result.flow.toFlowId() : undefined,
    flowAfter: isParsed ? result.flowAfter.toFlowId() : undefined,
    frame: frame.toBytes(),
    hairpin: verdict === Verdict.Hairpin ? result.hairpin.toBytes() : undefined,
  };
}
