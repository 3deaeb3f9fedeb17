// The static action that changes nothing (spec 02 §5.3).

import type { Direction } from "opte-api";
import type { Packet } from "../packet/packet.js";
import type { HeaderTransform } from "../transform/header-transform.js";
import type { Generated, StaticGenerator } from "./action.js";
import type { ActionMetadata } from "./metadata.js";

/** Records an empty transformation under a name of the maker's choice; prints as `Identity`. */
export class Identity implements StaticGenerator {
  readonly text: string = "Identity";
  readonly #made: Generated<HeaderTransform>;

  constructor(name: string) {
    this.#made = { kind: "value", value: { name } };
  }

  headerTransform(_dir: Direction, _packet: Packet, _metadata: ActionMetadata): Generated<HeaderTransform> {
    return this.#made;
  }
}
