// The engine and the model side by side: every operation is done to both, and what they say of it must be the same.

import { OpteError } from "opte-api";
import { flowCrc32 } from "../../src/flow/flow-hash.js";
import { DROP_REASON_NAMES, Verdict, VERDICT_NAMES } from "../../src/verdict.js";
import { EnginePort } from "./engine-port.js";
import type { ModelFlow, ModelPacket } from "./model-flow.js";
import type { ModelLayer, ModelLayerSpec } from "./model-layer.js";
import { ModelPort, type ModelSizes, type ModelVerdict } from "./model-port.js";
import { FIRST_RULES, Rng, type Operation } from "./operations.js";
import { differences, snapshotOfEngine, snapshotOfModel, type HiddenSizes } from "./snapshot.js";

/** What both ports are made from. */
export interface Scenery {
  readonly layers: readonly ModelLayerSpec[];
  readonly sizes: ModelSizes;
}

/** Sizes drawn from a seed: small, so that tables fill up and pools run dry. */
export function sceneryOf(seed: number): Scenery {
  const rng = new Rng(seed);
  const defaultIn = rng.chance(60) ? "deny" : "statefulAllow";
  return {
    layers: [
      { name: "guard", defaultIn, defaultOut: "statefulAllow", flowLimit: 2 + rng.below(12) },
      { name: "nat", defaultIn: "allow", defaultOut: "allow", flowLimit: 2 + rng.below(10) },
      { name: "wire", defaultIn: "allow", defaultOut: "allow", flowLimit: 1 },
    ],
    sizes: { uft: 2 + rng.below(14), tcp: 1 + rng.below(10), ports: 1 + rng.below(4) },
  };
}

type Command = Exclude<Operation, { readonly kind: "packet" }>;

export class Lockstep {
  readonly engine: EnginePort;
  readonly model: ModelPort;
  /** The flow of the last packet as it left, if it was forwarded. */
  leaving: ModelFlow | undefined;
  /** What packets came to so far: `out drop rule`. */
  readonly reached: Set<string> = new Set();
  readonly #hiddenSizes: () => HiddenSizes;

  /** @param hiddenSizes tells the sizes of the pools of the port that was made last */
  constructor({ layers, sizes }: Scenery, hiddenSizes: () => HiddenSizes) {
    this.engine = new EnginePort(layers, sizes);
    this.model = new ModelPort(layers, sizes);
    this.#hiddenSizes = hiddenSizes;
    for (const [layer, rules] of FIRST_RULES) this.step({ kind: "setRules", layer, rules, isSoft: false });
    this.step({ kind: "start" });
  }

  /** @returns how the outcomes of the operation differ, if they do */
  step(operation: Operation): string | undefined {
    if (operation.kind === "packet") return this.#send(operation.packet, operation.isTriedDry);
    const ours = this.#commandEngine(operation);
    const theirs = this.#commandModel(operation);
    return ours === theirs ? undefined : `engine: ${ours}, model: ${theirs}`;
  }

  /** @returns how the states differ, if they do */
  compare(): string | undefined {
    const ours = snapshotOfEngine(this.engine, this.#hiddenSizes());
    const theirs = snapshotOfModel(this.model);
    if (JSON.stringify(ours) === JSON.stringify(theirs)) return undefined;
    return differences(ours, theirs).join("\n");
  }

  /** @param isTriedDry the engine runs the packet dry first, which must foretell the verdict and leave no trace. */
  #send(packet: ModelPacket, isTriedDry: boolean): string | undefined {
    const frame = this.engine.frame(packet);
    const foretold = isTriedDry ? this.engine.port.dryRun(packet.dir, frame) : undefined;
    const theirs = this.model.process(packet, frame.length);
    this.leaving = theirs.flow;
    this.reached.add(`${packet.dir} ${theirs.verdict} ${theirs.why ?? ""}`.trimEnd());
    const { port } = this.engine;
    const verdict = port.process(packet.dir, frame);
    const ours = this.#outcome(verdict);
    const theirFlow = theirs.flow?.text;
    const isSame =
      ours.verdict === theirs.verdict &&
      ours.why === theirs.why &&
      ours.layer === theirs.layer &&
      ours.ruleId === theirs.ruleId &&
      ours.flow === theirFlow &&
      ours.isInternal === theirs.isInternal;
    if (!isSame) return `engine: ${JSON.stringify(ours)}, model: ${JSON.stringify({ ...theirs, flow: theirFlow })}`;
    if (foretold !== undefined && foretold.verdict !== verdict) return `a dry run came to ${foretold.verdict}`;
    const isHashed = verdict !== Verdict.Modified || port.result.l4Hash === flowCrc32(port.result.flow);
    return isHashed ? undefined : `the hash of a forwarded packet is ${port.result.l4Hash}`;
  }

  #outcome(code: Verdict): Omit<ModelVerdict, "verdict" | "flow"> & { verdict: string; flow?: string } {
    const { result } = this.engine.port;
    const verdict = VERDICT_NAMES[code] ?? "";
    if (code === Verdict.Modified) {
      return { verdict, flow: result.flowAfter.toString(), isInternal: result.mtuUnrestricted };
    }
    const where = result.layer === "" ? {} : { layer: result.layer, ruleId: result.ruleId };
    if (code === Verdict.Drop) return { verdict, why: DROP_REASON_NAMES[result.reason] ?? "", ...where };
    const { error } = result;
    if (error === undefined) return { verdict, ...where };
    return { verdict, why: error.kind === "Layer" ? `Layer:${error.cause.stage}` : error.kind, ...where };
  }

  #commandEngine(command: Command): string {
    try {
      const id = this.#callEngine(command);
      return id === undefined ? "done" : `rule ${id}`;
    } catch (error) {
      if (error instanceof OpteError) return error.kind;
      throw error;
    }
  }

  #callEngine(command: Command): number | undefined {
    const { engine } = this;
    const { port } = engine;
    switch (command.kind) {
      case "advance":
        engine.nowMs += command.ms;
        return undefined;
      case "assign":
        engine.isAssigned = command.isAssigned;
        return undefined;
      case "start":
      case "pause":
      case "reset":
      case "clearUft":
        port[command.kind]();
        return undefined;
      case "expire":
        port.expireFlows();
        return undefined;
      case "clearLft":
        port.clearLft(command.layer);
        return undefined;
      case "addRule":
        return port.addRule(command.layer, command.dir, engine.rule(command.draft));
      case "removeRule":
        port.removeRule(command.layer, command.dir, command.id);
        return undefined;
      case "setRules":
        port[command.isSoft ? "setRulesSoft" : "setRules"](command.layer, engine.rules(command.rules));
        return undefined;
    }
  }

  /** The table of spec 02 §10.2: which operation is legal in which state, then what it does. */
  #commandModel(command: Command): string {
    const { model } = this;
    switch (command.kind) {
      case "advance":
        model.nowMs += command.ms;
        return "done";
      case "assign":
        model.nat.isAssigned = command.isAssigned;
        return "done";
      case "start":
        model.state = "running";
        return "done";
      case "reset":
        model.reset();
        return "done";
      case "pause":
        if (model.state !== "running") return "BadState";
        model.state = "paused";
        return "done";
      case "clearUft":
      case "expire":
        if (model.state !== "running") return "BadState";
        model[command.kind]();
        return "done";
      case "clearLft":
        if (model.state !== "running") return "BadState";
        return this.#withLayer(command.layer, (layer) => {
          layer.clear();
          return "done";
        });
      case "addRule":
      case "removeRule":
      case "setRules":
        if (model.state === "paused") return "BadState";
        return this.#withLayer(command.layer, (layer) => changeRules(model, layer, command));
    }
  }

  #withLayer(name: string, act: (layer: ModelLayer) => string): string {
    const layer = this.model.layers.find(({ spec }) => spec.name === name);
    return layer === undefined ? "LayerNotFound" : act(layer);
  }
}

function changeRules(
  model: ModelPort,
  layer: ModelLayer,
  command: Command & { readonly kind: "addRule" | "removeRule" | "setRules" },
): string {
  switch (command.kind) {
    case "addRule":
      return `rule ${model.addRule(layer, command.dir, command.draft)}`;
    case "removeRule":
      return model.removeRule(layer, command.dir, command.id) ? "done" : "RuleNotFound";
    case "setRules":
      model.setRules(layer, command.rules, command.isSoft);
      return "done";
  }
}
