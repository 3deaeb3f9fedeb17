// An observer that listens to every step and writes it down.

import type { PacketObserver } from "../src/index.js";

/** Adds a line to `lines` for each step. */
export function watchAll(lines: string[]): Required<PacketObserver> {
  const tell = (...facts: readonly (string | number)[]): void => {
    lines.push(facts.join(" "));
  };
  return {
    unifiedLookedUp: (dir, flow, found) => tell("unified", dir, flow.toString(), found.kind),
    tcpTracked: (flow, { before, after, outcome }) => tell("tcp", flow.toString(), before, after, outcome),
    layerEntered: (layer, dir, flow) => tell("enter", layer, dir, flow.toString()),
    layerFlowLookedUp: (layer, found) => tell("flow", layer, found),
    ruleConsidered: (layer, id, _rule, failed) => tell("rule", layer, id, failed?.predicate.kind ?? "matches"),
    actionTaken: (layer, id, { kind }) => tell("action", layer, id, kind),
    defaultTaken: (layer, action) => tell("default", layer, action),
    headerTransformed: (layer, { name }, before, after) =>
      tell("header", layer, name, before.toString(), after.toString()),
    bodyTransformed: (layer, { text }) => tell("body", layer, text),
    layerLeft: (layer, { kind }, flow) => tell("leave", layer, kind, flow.toString()),
    emitted: (frame, reason) => tell("emitted", frame.length, reason),
    decided: ({ verdict, path }) => tell("decided", verdict, path),
  };
}
