// How a switch replicates a multicast packet (spec 04 §8, §9.7).

import { TextError } from "opte-api";
import { asciiLowerCase } from "./ascii-case.js";

/** `external` to ports of the rack's front panel, `underlay` to sleds, `both`; `reserved` is on the wire only. */
export type Replication = "external" | "underlay" | "both" | "reserved";

/** All kinds of replication; a kind's place is its number on the wire. */
export const REPLICATIONS: readonly Replication[] = ["external", "underlay", "both", "reserved"];

/** Reads and prints kinds of replication. */
export const Replication = {
  /** Reads `external`, `underlay` or `both` in any case. @throws TextError `invalid_replication` */
  parse: (text: string): Replication => {
    const lower = asciiLowerCase(text);
    if (lower === "external" || lower === "underlay" || lower === "both") return lower;
    throw new TextError("replication", "invalid_replication", text, "it is none of external, underlay, both");
  },

  /** `External`, `Underlay`, `Both` or `Reserved`. */
  format: (replication: Replication): string => replication.replace(/^[a-z]/, (letter) => letter.toUpperCase()),

  /** The two bits that stand for it in a Geneve option. */
  code: (replication: Replication): number => REPLICATIONS.indexOf(replication),
} as const;
