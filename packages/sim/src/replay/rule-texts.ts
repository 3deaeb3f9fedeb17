// Texts of a port's rules by layer, direction and id.

import type { Direction } from "opte-api";
import type { Port, RuleText } from "opte-core";

/** Looks rules up in dumps of the port's layers; rules do not change while a capture is replayed, so each layer is dumped once. */
export class RuleTexts {
  readonly #port: Port;
  readonly #layers: Map<string, Readonly<Record<Direction, ReadonlyMap<number, RuleText>>>> = new Map();

  constructor(port: Port) {
    this.#port = port;
  }

  find(layer: string, dir: Direction, id: number): RuleText | undefined {
    let rules = this.#layers.get(layer);
    if (rules === undefined) {
      const { rulesIn, rulesOut } = this.#port.dumpLayer(layer);
      rules = {
        in: new Map(rulesIn.map((each) => [each.id, each.rule])),
        out: new Map(rulesOut.map((each) => [each.id, each.rule])),
      };
      this.#layers.set(layer, rules);
    }
    return rules[dir].get(id);
  }
}
