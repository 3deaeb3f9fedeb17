// Body transformations (spec 01 §9): edits of the bytes behind the upper-layer header, never of their number.

import type { Direction } from "opte-api";
import type { Packet } from "../packet/packet.js";

/** Why a body transformation failed (spec 01 §9). */
export type BodyTransformError =
  | { readonly kind: "noPayload" }
  | { readonly kind: "parseFailure"; readonly text: string }
  | { readonly kind: "unexpectedBody"; readonly text: string }
  | { readonly kind: "incompatible" };

/** A transformation of the body. */
export interface BodyTransform {
  /** Text as printed in dumps: `[nested]: 10.0.0.5 <=> 10.60.1.20`. */
  readonly text: string;
  /**
   * Changes the body bytes `packet.frame.bytes[packet.body, packet.frame.end)` in place. The engine recomputes every inner
   * checksum afterwards.
   *
   * @returns what went wrong, or `undefined`; a failing run may leave the body partly changed.
   */
  run(dir: Direction, packet: Packet): BodyTransformError | undefined;
}
