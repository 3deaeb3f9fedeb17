// The direction of a packet, from the guest's point of view (spec 01 §1.1).

import { TextError } from "./text-error.js";

/** `in` is network to guest, `out` guest to network. */
export type Direction = "in" | "out";

/** Reads and prints directions. */
export const Direction = {
  /** Reads `in` or `out` in any case. @throws TextError `invalid_direction` */
  parse: (text: string): Direction => {
    const direction = text.toLowerCase();
    if (direction === "in" || direction === "out") return direction;
    throw new TextError("direction", "invalid_direction", text, 'it is neither "in" nor "out"');
  },

  /** `IN` or `OUT`. */
  format: (direction: Direction): string => direction.toUpperCase(),

  /** The number that stands for it in memory and in probes: in 1, out 2. */
  code: (direction: Direction): 1 | 2 => (direction === "in" ? 1 : 2),

  /** In before out, as their codes. */
  compare: (a: Direction, b: Direction): number => Direction.code(a) - Direction.code(b),
} as const;
