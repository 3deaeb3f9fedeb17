// Builds a port: layers in order, their first rules, then the port itself (spec 02 §10.1).

import { OpteError, type Direction, type MacAddr } from "opte-api";
import type { Action } from "../action/action.js";
import { FlowPairs } from "../layer/flow-pairs.js";
import { Layer, type LayerSpec } from "../layer/layer.js";
import { completeProviders, type CompleteProviders, type Providers } from "../provider/providers.js";
import type { Rule } from "../rule/rule.js";
import type { NetworkDefinition } from "./network-definition.js";
import { Port, type PortLimits } from "./port.js";
import type { TcpFlows } from "./tcp-flows.js";

/** Where a layer goes among those already there; positions follow the outbound order. */
export type LayerPosition =
  | { readonly at: "first" | "last" }
  | { readonly at: "before" | "after"; readonly layer: string };

/** Collects layers and rules, and makes a port of them. */
export class PortBuilder {
  readonly name: string;
  readonly mac: MacAddr;

  readonly #providers: CompleteProviders;
  readonly #pairs: FlowPairs = new FlowPairs();
  readonly #layers: Layer[] = [];
  #tcp: TcpFlows | undefined = undefined;

  constructor(name: string, mac: MacAddr, providers: Providers) {
    this.name = name;
    this.mac = mac;
    this.#providers = completeProviders(providers);
  }

  /**
   * Adds a layer.
   *
   * @throws OpteError `BadLayerPos` when the layer that the position names is missing
   * @throws OpteError `PortCreate` when its counters cannot be registered
   */
  addLayer(spec: LayerSpec, position: LayerPosition): this {
    const index = this.#indexOf(spec.name, position);
    const layer = createOrFail(() => {
      return new Layer(spec, {
        port: this.name,
        providers: this.#providers,
        pairs: this.#pairs,
        dependants: (nowMs) => this.#tcp?.parentPriorities(nowMs) ?? noOpinion,
      });
    });
    this.#layers.splice(index, 0, layer);
    return this;
  }

  /** Removes the first layer of that name, if there is one. */
  removeLayer(name: string): void {
    const index = this.#layers.findIndex((layer) => layer.name === name);
    if (index < 0) return;
    const [layer] = this.#layers.splice(index, 1);
    layer?.close();
  }

  /**
   * Adds a rule to a layer.
   *
   * @returns the rule's id
   * @throws OpteError `LayerNotFound`
   */
  addRule(layer: string, dir: Direction, rule: Rule): number {
    const found = this.#layers.find((each) => each.name === layer);
    if (found === undefined) throw new OpteError({ kind: "LayerNotFound", layer });
    return found.addRule(dir, rule);
  }

  layerAction(layer: string, index: number): Action | undefined {
    return this.#layers.find((each) => each.name === layer)?.actions[index];
  }

  /** Names of the layers in outbound order. */
  layerNames(): string[] {
    return this.#layers.map((layer) => layer.name);
  }

  /**
   * Makes the port, in state *ready*. The builder must not be used afterwards.
   *
   * @throws OpteError `PortCreate` when the port's counters cannot be registered
   */
  create(network: NetworkDefinition, limits: PortLimits): Port {
    return createOrFail(() => {
      const port = new Port(this.name, this.mac, this.#providers, network, this.#layers.slice(), this.#pairs, limits);
      this.#tcp = port.tcpFlows;
      return port;
    });
  }

  #indexOf(name: string, position: LayerPosition): number {
    if (position.at === "first") return 0;
    if (position.at === "last") return this.#layers.length;
    const index = this.#layers.findIndex((layer) => layer.name === position.layer);
    if (index < 0) {
      const pos = `${position.at === "before" ? "Before" : "After"}("${position.layer}")`;
      throw new OpteError({ kind: "BadLayerPos", layer: name, pos });
    }
    return position.at === "before" ? index : index + 1;
  }
}

function createOrFail<T>(create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (error instanceof OpteError) throw error;
    throw new OpteError({ kind: "PortCreate", msg: error instanceof Error ? error.message : String(error) });
  }
}
