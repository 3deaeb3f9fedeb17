// From one guest to another on the same sled, without the underlay (spec 05 §14).

import { Verdict, type Frame } from "opte-core";
import type { Sled } from "../sled.js";
import { inParseStat } from "../xde-stats.js";
import type { XdePort } from "../xde-port.js";
import type { Batch } from "./batch.js";

/** Hands encapsulated frames to the port of a guest, as if they had come from the underlay. */
export class LocalDelivery {
  readonly #sled: Sled;
  readonly #batch: Batch;

  constructor(sled: Sled, batch: Batch) {
    this.#sled = sled;
    this.#batch = batch;
  }

  /** @returns whether the guest gets it */
  deliver(frame: Frame, from: XdePort, to: XdePort): boolean {
    const { probes, stats } = this.#sled;
    if (probes.guestLoopback !== undefined) {
      probes.guestLoopback(frame, from.engine.result.flowAfter, from.name, to.name);
    }
    const { engine } = to;
    const verdict = engine.process("in", frame);
    if (verdict === Verdict.Modified) {
      this.#batch.toGuest(to, frame);
      return true;
    }
    if (verdict === Verdict.ParseError) {
      const { parseError } = engine.result;
      stats.add(inParseStat(parseError));
      probes.badPacket?.(to.name, "in", frame, parseError);
    } else {
      this.#sled.drop("local_dropped", to.name, frame);
    }
    return false;
  }
}
