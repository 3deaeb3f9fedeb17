// Long work that pauses between slices, so that whoever runs it can do something else meanwhile.

/** Does the work without pauses. */
export function inOneGo<Result>(slices: Generator<undefined, Result>): Result {
  for (;;) {
    const step = slices.next();
    if (step.done === true) return step.value;
  }
}
