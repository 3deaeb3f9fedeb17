// A stream of frames through a port, as a stream of results.

import type { Direction } from "opte-api";
import type { Frame } from "../packet/frame.js";
import { Verdict } from "../verdict.js";
import type { Port } from "./port.js";

/** What came of one frame of a stream. */
export interface ProcessedFrame {
  readonly verdict: Verdict;
  /** The frame that went in, rewritten in place. */
  readonly frame: Frame;
  /** Verdict `Hairpin`: the answer, a copy of its own. */
  readonly hairpin?: Uint8Array;
}

/**
 * Takes frames through `port` as they are asked for, one by one and in order: a consumer that is slow slows the source down, and one that
 * stops ends it. Details of a result are in `port.result` until the next frame is asked for.
 *
 * @param frames frames of the direction, from anything that can be iterated
 */
export async function* processStream(
  port: Port,
  dir: Direction,
  frames: AsyncIterable<Frame> | Iterable<Frame>,
): AsyncGenerator<ProcessedFrame, void, void> {
  for await (const frame of frames) {
    const verdict = port.process(dir, frame);
    yield verdict === Verdict.Hairpin ? { verdict, frame, hairpin: port.result.hairpin.toBytes() } : { verdict, frame };
  }
}
