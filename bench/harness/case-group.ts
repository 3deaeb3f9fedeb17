// Cases that run in one process, one after the other.

import type { MeasureOptions } from "./measure.ts";
import type { Row } from "./row.ts";

/** How thorough a run is, and which of its cases are wanted. */
export interface RunOptions extends MeasureOptions {
  /** A glance: fewer rounds, and groups leave out what takes long. */
  readonly isQuick: boolean;
  /** Whether a case is wanted, by its name. */
  wants(name: string): boolean;
}

/** Each group has a process of its own, so that no group runs code that another has taught V8 to compile otherwise. */
export interface CaseGroup {
  /** What the names of its rows begin with. */
  readonly name: string;
  /** Left out of a quick run. */
  readonly isLong?: boolean;
  /** Of Node, for its process. */
  readonly flags?: readonly string[];
  run(options: RunOptions): AsyncIterable<Row> | Iterable<Row>;
}
