// Builds a port: layers in order, their first rules, then the port itself (spec 02 §10.1).

import { OpteError, type Direction, type MacAddr } from "opte-api";
import type { Action } from "../action/action.js";
import { inOneGo } from "../flow/slices.js";
import type { LayerSpec } from "../layer/layer.js";
import type { Providers } from "../provider/providers.js";
import type { Rule } from "../rule/rule.js";
import type { NetworkDefinition } from "./network-definition.js";
import { Port } from "./port.js";
import type { LayerDraft, PortLimits } from "./port-assembly.js";
import { readSnapshot } from "./snapshot/snapshot.js";
import type { SnapshotDecoder } from "./snapshot/snapshot-codec.js";

/** Where a layer goes among those already there; positions follow the outbound order. */
export type LayerPosition =
  { readonly at: "first" | "last" } | { readonly at: "before" | "after"; readonly layer: string };

/** Collects layers and rules, and makes ports of them. */
export class PortBuilder {
  readonly name: string;
  readonly mac: MacAddr;

  readonly #providers: Providers;
  readonly #layers: (LayerDraft & { readonly rules: [Direction, Rule][] })[] = [];

  constructor(name: string, mac: MacAddr, providers: Providers) {
    this.name = name;
    this.mac = mac;
    this.#providers = providers;
  }

  /**
   * Adds a layer. Two may share a name: look-ups by name then find the first.
   *
   * @throws OpteError `BadLayerPos` when the layer that the position names is missing
   */
  addLayer(spec: LayerSpec, position: LayerPosition): this {
    this.#layers.splice(this.#indexFor(spec.name, position), 0, { spec, rules: [] });
    return this;
  }

  /** Removes the first layer of that name, if there is one. */
  removeLayer(name: string): this {
    const index = this.#indexOf(name);
    if (index >= 0) this.#layers.splice(index, 1);
    return this;
  }

  /** Adds a rule to a layer. @throws OpteError `LayerNotFound` */
  addRule(layer: string, dir: Direction, rule: Rule): this {
    const draft = this.#layers[this.#indexOf(layer)];
    if (draft === undefined) throw new OpteError({ kind: "LayerNotFound", layer });
    draft.rules.push([dir, rule]);
    return this;
  }

  layerAction(layer: string, index: number): Action | undefined {
    return this.#layers[this.#indexOf(layer)]?.spec.actions?.[index];
  }

  /** Names of the layers in outbound order. */
  layerNames(): string[] {
    return this.#layers.map((draft) => draft.spec.name);
  }

  /**
   * Makes the port, in state *ready*.
   *
   * @throws OpteError `PortCreate` when the counters of the port or of a layer cannot be registered
   */
  create(network: NetworkDefinition, limits: PortLimits): Port {
    return new Port(this.name, this.mac, this.#providers, network, this.#layers, limits);
  }

  /**
   * Makes the port that a snapshot was taken of, in state *restored*: with the snapshot's rules in place of those added here, and with its
   * flows, counters and epoch. Name, address, limits and layers must be those of the port that it was taken of.
   *
   * @param snapshot what `Port.snapshot` returned, in whatever way it came here
   * @throws OpteError `PortCreate` if the snapshot is damaged, of another version or of another port, or as {@link create}; then nothing
   *   is made
   */
  restore(network: NetworkDefinition, limits: PortLimits, snapshot: unknown, decoder: SnapshotDecoder): Port {
    return inOneGo(this.restoreInSlices(network, limits, snapshot, decoder));
  }

  /** {@link restore} with pauses between slices of the work, for snapshots with many flows. */
  *restoreInSlices(
    network: NetworkDefinition,
    limits: PortLimits,
    snapshot: unknown,
    decoder: SnapshotDecoder,
  ): Generator<undefined, Port> {
    const { name, mac } = this;
    const layers = this.#layers.map(({ spec }) => ({ name: spec.name, flowLimit: spec.flowLimit }));
    const image = yield* readSnapshot(snapshot, { name, mac, ...limits, layers }, decoder);
    return yield* Port.restored(image, name, mac, this.#providers, network, this.#layers, limits);
  }

  #indexOf(name: string): number {
    return this.#layers.findIndex((draft) => draft.spec.name === name);
  }

  #indexFor(name: string, position: LayerPosition): number {
    switch (position.at) {
      case "first":
        return 0;
      case "last":
        return this.#layers.length;
      case "before":
      case "after": {
        const index = this.#indexOf(position.layer);
        if (index >= 0) return position.at === "before" ? index : index + 1;
        const pos = `${position.at === "before" ? "Before" : "After"}("${position.layer}")`;
        throw new OpteError({ kind: "BadLayerPos", layer: name, pos });
      }
    }
  }
}
