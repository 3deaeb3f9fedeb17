// The way from the root of a message to the field that is being written or read.

/** Grows and shrinks along with the nesting of fields; costs no text until it is asked for. */
export class FieldPath {
  readonly #steps: (string | number)[] = [];

  /** Goes into a field by name, or into a list element by index. */
  enter(step: string | number): void {
    this.#steps.push(step);
  }

  leave(): void {
    this.#steps.pop();
  }

  /** `rules[3].filters`; empty at the root. */
  toString(): string {
    let text = "";
    for (const step of this.#steps) {
      if (typeof step === "number") text += `[${step}]`;
      else text += text === "" ? step : `.${step}`;
    }
    return text;
  }
}
