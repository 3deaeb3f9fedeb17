// Readdresses frames for the link that they leave on: what a router does at the second layer.

import type { MacAddr } from "opte-api";
import type { Generated, HeaderTransform, StaticGenerator } from "opte-core";

/** Sets both MAC addresses, the same for every packet, so nothing has to be remembered of a flow. */
export class EtherRewrite implements StaticGenerator {
  readonly text: string;
  readonly #transform: Generated<HeaderTransform>;

  constructor(src: MacAddr, dst: MacAddr) {
    this.text = `${src.toString()} => ${dst.toString()}`;
    const value: HeaderTransform = { name: "ether", innerEther: { kind: "modify", fields: { src, dst } } };
    this.#transform = { kind: "value", value };
  }

  headerTransform(): Generated<HeaderTransform> {
    return this.#transform;
  }
}
