// Times something and its floor in turn, many rounds, in one process.
//
// mitata is the harness: it runs the rounds, collects garbage before them, and makes the statistics. It times one function a run and has
// no notion of a second one beside it, so each of its rounds runs both, and the clock that it is given goes on only while the case runs.

import { measure as measureRounds } from "mitata";

/** What can be timed: a batch of equal pieces of work. */
export interface Timed {
  readonly name: string;
  /** Pieces of work in a batch. */
  readonly packets: number;
  /** Makes the next batch ready; not timed. */
  prepare(): void;
  /** Does the batch. */
  run(): void;
}

/** Batches of one before it is the turn of the other. */
const BLOCK = 8;

/** Nanoseconds for one piece of work. */
export interface Spread {
  readonly best: number;
  readonly median: number;
}

/** A case beside its floor. */
export interface Comparison {
  readonly rounds: number;
  readonly ns: Spread;
  readonly floor: { readonly name: string } & Spread;
  /** Best by best, median by median. */
  readonly ratio: Spread;
}

export interface MeasureOptions {
  /** Rounds that count. */
  readonly rounds: number;
  /** Rounds before, in which code is compiled. */
  readonly warmUp: number;
}

/**
 * Times `subject` and `floor` in turn: some batches of the one, then as many of the other, so that each finds its own tables in the cache
 * as it would alone.
 */
export async function measure(subject: Timed, floor: Timed, { rounds, warmUp }: MeasureOptions): Promise<Comparison> {
  let subjectNs = 0;
  const floorNs: number[] = [];
  let done = 0;
  const round = (): void => {
    if (done++ % BLOCK === 0) for (let i = 0; i < BLOCK; i++) floorNs.push(timeOf(floor));
    subjectNs += timeOf(subject);
  };
  for (let i = 0; i < warmUp; i++) round();
  const { samples } = await measureRounds(round, {
    now: () => subjectNs,
    min_samples: rounds,
    max_samples: rounds,
    min_cpu_time: 0,
    // Never several rounds to a sample, and no sample left out
    batch_threshold: -1,
    warmup_threshold: -1,
    samples_threshold: Number.POSITIVE_INFINITY,
  });
  const ns = spread(samples, subject.packets);
  const beside = spread(floorNs.slice(-samples.length), floor.packets);
  const ratio = { best: ns.best / beside.best, median: ns.median / beside.median };
  return { rounds: samples.length, ns, floor: { name: floor.name, ...beside }, ratio };
}

/** Least and middle of some durations, for one of `packets` pieces. */
function spread(durations: readonly number[], packets: number): Spread {
  const sorted = durations.toSorted((a, b) => a - b);
  return { best: (sorted[0] ?? 0) / packets, median: (sorted[sorted.length >> 1] ?? 0) / packets };
}

function timeOf(timed: Timed): number {
  timed.prepare();
  const start = process.hrtime.bigint();
  timed.run();
  return Number(process.hrtime.bigint() - start);
}
