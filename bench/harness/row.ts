// One line of the results.

import type { Comparison, Spread } from "./measure.ts";

export type Unit = "ns" | "us" | "ms" | "bytes" | "times";

/** What a row is held to: its ratio, or its value in the row's unit. The best round counts: other load only takes from a figure. */
export interface Target {
  readonly of: "ratio" | "value";
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Row {
  /** Path from the general to the particular, such as `hit/out/ipv4/udp/0B/no-nat/1`. */
  readonly name: string;
  readonly unit: Unit;
  readonly best: number;
  readonly median: number;
  /** Samples behind `best` and `median`. */
  readonly rounds: number;
  /** What ran beside it, in the same unit; the ratio is to this. */
  readonly floor?: { readonly name: string } & Spread;
  readonly ratio?: Spread;
  readonly target?: Target;
  /** What one has to know to read the figure. */
  readonly note?: string;
}

/** A row of a case that ran beside its floor. */
export function ratioRow(
  name: string,
  { rounds, ns, floor, ratio }: Comparison,
  rest: Pick<Row, "target" | "note"> = {},
): Row {
  return { name, unit: "ns", ...ns, rounds, floor, ratio, ...rest };
}

/** Whether a row keeps to its target; `undefined` if it has none. */
export function isMet({ target, ratio, best }: Row): boolean | undefined {
  if (target === undefined) return undefined;
  const value = target.of === "ratio" ? (ratio?.best ?? Number.NaN) : best;
  return value <= (target.atMost ?? Number.POSITIVE_INFINITY) && value >= (target.atLeast ?? Number.NEGATIVE_INFINITY);
}
