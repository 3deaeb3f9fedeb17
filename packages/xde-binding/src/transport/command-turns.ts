// Whose command is next: all clients of a socket take turns with each other, and together with packets.

/** Most commands that are begun before packets, timers and other sockets have had their turn. */
const MAX_COMMANDS_A_TURN = 8;

/** The turns of one socket's clients. */
export class CommandTurns {
  readonly #waiting: (() => void)[] = [];
  #isScheduled = false;

  /** Resolves when the caller may begin a command; first come, first served. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      for (const resolve of this.#waiting.splice(0, MAX_COMMANDS_A_TURN)) resolve();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }
}
