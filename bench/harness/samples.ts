// Figures of things that happen once at a time, without a floor beside them.

import type { Row, Target, Unit } from "./row.ts";

/** The time of `work`, in ms. */
export function elapsedMs(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** A row of samples. */
export function sampleRow(
  name: string,
  unit: Unit,
  samples: readonly number[],
  rest: { readonly target?: Target; readonly note?: string } = {},
): Row {
  const sorted = samples.toSorted((a, b) => a - b);
  return { name, unit, best: sorted[0] ?? 0, median: sorted[sorted.length >> 1] ?? 0, rounds: samples.length, ...rest };
}

/** The garbage collector, which runs until nothing more comes free. Node has to run with `--expose-gc`. */
export function collectGarbage(): void {
  // Array buffers are freed in the background; the next collection waits for it
  for (let i = 0; i < 4; i++) globalThis.gc?.();
}

/** Memory in use once what is unused is gone, in bytes. */
export function usedBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
