// Writes what passed the port in a replay as a capture: the guest's side and the underlay's, a verdict at every packet.

import { LINKTYPE_ETHERNET } from "../capture/capture.js";
import { PcapngWriter } from "../capture/pcapng-writer.js";
import { decisionText } from "./decision-text.js";
import type { ProcessedEvent, ReplayEvent } from "./replay-event.js";

/** Writes pcapng with the interfaces `guest` and `underlay`; what the recorded gateway said itself is not in it. */
export class ReplayRecording {
  readonly #writer: PcapngWriter;
  readonly #guest: number;
  readonly #underlay: number;

  /** @param sink takes the file block by block; the bytes are the sink's to keep */
  constructor(sink: (block: Uint8Array) => void) {
    this.#writer = new PcapngWriter(sink, "opte-sim replay");
    this.#guest = this.#writer.addInterface({ linkType: LINKTYPE_ETHERNET, name: "guest" });
    this.#underlay = this.#writer.addInterface({ linkType: LINKTYPE_ETHERNET, name: "underlay" });
  }

  /** Writes the frame that went into the port, and the one that came out of it, if there is one. */
  write(event: ReplayEvent): void {
    if (event.kind !== "guest" && event.kind !== "return") return;
    const isOut = event.direction === "out";
    this.#add(event, event.input, isOut ? this.#guest : this.#underlay, isOut, "input");
    if (event.output === undefined) return;
    const leavesToUnderlay = isOut && event.verdict === "modified";
    this.#add(event, event.output, leavesToUnderlay ? this.#underlay : this.#guest, leavesToUnderlay, "output");
  }

  #add(
    event: ProcessedEvent,
    bytes: Uint8Array,
    interfaceIndex: number,
    isOutbound: boolean,
    end: "input" | "output",
  ): void {
    const { number, direction, verdict, path, timestampNs } = event;
    const decision = decisionText(event);
    this.#writer.addPacket({
      interfaceIndex,
      timestampNs,
      bytes,
      direction: isOutbound ? "outbound" : "inbound",
      comment: `${direction} ${verdict} (${path})${decision === "" ? "" : ` ${decision}`} [${end} of packet ${number}]`,
    });
  }
}
