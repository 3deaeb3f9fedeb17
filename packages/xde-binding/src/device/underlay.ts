// The links of a sled to the underlay (spec 05 §10.3).

import type { Link } from "../link/link.js";

/** Which of the two links. */
export type UnderlaySlot = "u1" | "u2";

/** The pair of links. Both may be the same one, for a sled with a single link. */
export class Underlay {
  readonly u1: Link;
  readonly u2: Link;

  constructor(u1: Link, u2: Link) {
    this.u1 = u1;
    this.u2 = u2;
  }

  link(slot: UnderlaySlot): Link {
    return this[slot];
  }

  /** Each link once. */
  get links(): readonly Link[] {
    return this.u1 === this.u2 ? [this.u1] : [this.u1, this.u2];
  }

  /** Longest packet that both links carry, in bytes. */
  get mtu(): number {
    return Math.min(this.u1.mtu, this.u2.mtu);
  }
}
