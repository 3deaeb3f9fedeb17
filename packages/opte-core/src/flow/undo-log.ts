// Undoes what a dry run has done to a port's tables: the run is a real one, and afterwards every change is taken back.
//
// Whoever changes state on the slow path notes how to take the change back, while the log is on:
//
//   if (undo.isOn) undo.note(() => …);
//
// Steps run in reverse order, each on exactly the state that its change left, so free lists that are stacks end as they were.
// The hit path notes nothing: a dry run remembers the entries that a hit would change before it begins.

/** The steps that undo a dry run; one log serves all tables of a port. */
export class UndoLog {
  #isOn = false;
  readonly #steps: (() => void)[] = [];

  /** Whether changes must be noted. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** From now on changes are noted. */
  begin(): void {
    this.#isOn = true;
  }

  /** Notes how to take back the change that is about to be made, or was just made. */
  note(step: () => void): void {
    this.#steps.push(step);
  }

  /** Takes every change back, the last one first; the steps themselves are not noted. */
  rollBack(): void {
    this.#isOn = false;
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) step();
  }
}
