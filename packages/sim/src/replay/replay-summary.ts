// What a whole replay came to: counters, flows, drops by reason.

import type { Direction } from "opte-api";
import type { Port } from "opte-core";
import type { ExternalFlow } from "./external-flows.js";
import { decisionText } from "./decision-text.js";
import { type PathName, type ProcessedEvent, type ReplayEvent, type VerdictName } from "./replay-event.js";

/** Counts of a replay. */
export interface ReplaySummary {
  /** Packets of the capture so far. */
  readonly packets: number;
  readonly bytes: number;
  /** From the first packet to the last, in capture time. */
  readonly durationNs: bigint;
  /** Packets of the guest, which went out, by verdict. */
  readonly guest: VerdictCounts;
  /** Packets of the outside, which came in, by verdict. */
  readonly returned: VerdictCounts;
  /** Packets of the recorded gateway itself, and how many of them ours stands beside. */
  readonly recorded: { readonly packets: number; readonly answered: number };
  /** Packets that could not be given to the port. */
  readonly unusable: number;
  /** Processed packets by the way they took. */
  readonly paths: Readonly<Record<PathName, number>>;
  /** Packets that were refused or could not be processed, most frequent first. */
  readonly drops: readonly DropCount[];
  /** The guest's flows that left the port, in the order in which they began. */
  readonly flows: readonly ExternalFlow[];
  /** The port's counters by name, as it stands. */
  readonly counters: Readonly<Record<string, number>>;
}

export type VerdictCounts = Readonly<Record<VerdictName, number>> & { readonly packets: number };

/** How often packets of a direction ended in the same place for the same reason. */
export interface DropCount {
  readonly direction: Direction;
  readonly verdict: VerdictName;
  /** Layer, rule and reason. */
  readonly decision: string;
  readonly packets: number;
}

type MutableCounts = Record<VerdictName | "packets", number>;

/** Counts the events of a replay. */
export class SummaryCounter {
  #packets = 0;
  #bytes = 0;
  #durationNs = 0n;
  readonly #guest: MutableCounts = noCounts();
  readonly #returned: MutableCounts = noCounts();
  #recorded = 0;
  #answered = 0;
  #unusable = 0;
  readonly #paths: Record<PathName, number> = { compiled: 0, list: 0, layers: 0 };
  readonly #drops: Map<string, { -readonly [Key in keyof DropCount]: DropCount[Key] }> = new Map();

  count(event: ReplayEvent): void {
    this.#packets++;
    this.#bytes += event.captured.length;
    if (event.elapsedNs > this.#durationNs) this.#durationNs = event.elapsedNs;
    switch (event.kind) {
      case "guest":
        this.#countProcessed(event, this.#guest);
        break;
      case "return":
        this.#countProcessed(event, this.#returned);
        break;
      case "recorded":
        this.#recorded++;
        if (event.ours !== undefined) this.#answered++;
        break;
      case "unusable":
        this.#unusable++;
    }
  }

  /** The counts so far. */
  summary(flows: Iterable<ExternalFlow>, port: Port): ReplaySummary {
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      durationNs: this.#durationNs,
      guest: { ...this.#guest },
      returned: { ...this.#returned },
      recorded: { packets: this.#recorded, answered: this.#answered },
      unusable: this.#unusable,
      paths: { ...this.#paths },
      drops: [...this.#drops.values()].map((each) => ({ ...each })).sort((a, b) => b.packets - a.packets),
      flows: Array.from(flows, ({ flow, external, packetsOut, packetsIn, bytesOut, bytesIn }) => ({
        flow,
        external,
        packetsOut,
        packetsIn,
        bytesOut,
        bytesIn,
      })),
      counters: port.stats(),
    };
  }

  #countProcessed(event: ProcessedEvent, counts: MutableCounts): void {
    const { direction, verdict } = event;
    counts.packets++;
    counts[verdict]++;
    this.#paths[event.path]++;
    if (verdict === "modified" || verdict === "hairpin") return;
    const decision = decisionText(event);
    const name = `${direction} ${verdict} ${decision}`;
    const drop = this.#drops.get(name);
    if (drop === undefined) this.#drops.set(name, { direction, verdict, decision, packets: 1 });
    else drop.packets++;
  }
}

function noCounts(): MutableCounts {
  return { packets: 0, modified: 0, hairpin: 0, drop: 0, parse_error: 0, error: 0 };
}
