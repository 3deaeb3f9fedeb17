// A progress bar on a terminal. It is own code, because nothing is needed but one line drawn over itself.

/** Where a bar is drawn: standard error, as a rule. */
export interface BarTerminal {
  readonly columns: number;
  write(text: string): unknown;
}

const MAX_WIDTH = 40;
/** What stands beside the bar: brackets, percentage. */
const BESIDE = 8;
const CLEAR_LINE = "\r\u001b[K";

/** A bar that is drawn anew only when it looks different. */
export class ProgressBar {
  readonly #terminal: BarTerminal;
  #drawn = "";

  constructor(terminal: BarTerminal) {
    this.#terminal = terminal;
  }

  /** Shows how much is done. @param part from 0 to 1 */
  show(part: number): void {
    const width = Math.max(1, Math.min(MAX_WIDTH, this.#terminal.columns - BESIDE));
    const done = Math.floor(part * width);
    const text = `[${"#".repeat(done)}${"-".repeat(width - done)}] ${String(Math.floor(part * 100)).padStart(3)}%`;
    if (text === this.#drawn) return;
    this.#terminal.write(CLEAR_LINE + text);
    this.#drawn = text;
  }

  /** Takes the bar away, so that something else can be written. */
  clear(): void {
    if (this.#drawn === "") return;
    this.#terminal.write(CLEAR_LINE);
    this.#drawn = "";
  }
}
