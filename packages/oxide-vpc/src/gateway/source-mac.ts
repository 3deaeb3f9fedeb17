// Makes packets to the guest come from its gateway (spec 04 §3).

import type { MacAddr } from "opte-api";
import type { Generated, HeaderTransform, StaticGenerator } from "opte-core";

/** Sets the source MAC address. */
export class SourceMac implements StaticGenerator {
  readonly text: string;
  readonly #made: Generated<HeaderTransform>;

  constructor(mac: MacAddr) {
    this.text = `ether.src=${mac.toString()}`;
    this.#made = { kind: "value", value: { name: "", innerEther: { kind: "modify", fields: { src: mac } } } };
  }

  headerTransform(): Generated<HeaderTransform> {
    return this.#made;
  }
}
