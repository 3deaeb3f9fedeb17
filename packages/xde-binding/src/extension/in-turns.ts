// Long work that gives packets, timers and other clients their turn between its slices.

import { setImmediate as nextTurn } from "node:timers/promises";

/** For so long slices follow each other without a turn for others. */
const TURN_MS = 1;

/** Does the work, a slice or a few a turn. @throws what the work throws */
export async function inTurns<Result>(slices: Generator<unknown, Result>): Promise<Result> {
  for (;;) {
    const end = performance.now() + TURN_MS;
    do {
      const step = slices.next();
      if (step.done === true) return step.value;
    } while (performance.now() < end);
    await nextTurn();
  }
}
