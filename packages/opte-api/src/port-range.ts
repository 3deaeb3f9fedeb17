// Inclusive ranges of TCP and UDP ports (spec 01 §1.6).

import { checkUnsigned } from "./bytes.js";
import { PortNumber } from "./port-number.js";
import { TextError } from "./text-error.js";

const TYPE = "port range";

/** An immutable range of ports, both ends included. A range whose first port is above its last is empty, not an error. */
export class PortRange {
  readonly first: number;
  readonly last: number;

  /** @throws RangeError unless both are integers from 0 to 65535. */
  constructor(first: number, last: number) {
    checkUnsigned(first, PortNumber.MAX, "First port");
    checkUnsigned(last, PortNumber.MAX, "Last port");
    this.first = first;
    this.last = last;
    Object.freeze(this);
  }

  /**
   * Reads `first-last`, or one port for a range of it alone.
   *
   * @throws TextError `bad_port`; its cause is the error of the port at fault
   */
  static parse(text: string): PortRange {
    const dash = text.indexOf("-");
    try {
      if (dash < 0) {
        const port = PortNumber.parse(text);
        return new PortRange(port, port);
      }
      return new PortRange(PortNumber.parse(text.slice(0, dash)), PortNumber.parse(text.slice(dash + 1)));
    } catch (error) {
      if (!(error instanceof TextError)) throw error;
      throw new TextError(TYPE, "bad_port", text, "it is neither a port nor two ports joined by a dash", error);
    }
  }

  /** Number of ports in the range. */
  get size(): number {
    return Math.max(0, this.last - this.first + 1);
  }

  isMember(port: number): boolean {
    return port >= this.first && port <= this.last;
  }

  equals(other: PortRange): boolean {
    return this.compare(other) === 0;
  }

  /** Negative, zero or positive as this sorts before, with or after `other`: by first port, then by last. */
  compare(other: PortRange): number {
    return this.first - other.first || this.last - other.last;
  }

  /** `1000-2000`; a range of one port as that port. */
  toString(): string {
    return this.first === this.last ? String(this.first) : `${this.first}-${this.last}`;
  }

  /** The text form, so that JSON shows it. */
  toJSON(): string {
    return this.toString();
  }
}
