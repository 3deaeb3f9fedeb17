import { describe, expect, it } from "vitest";
import { decisionLabels } from "../layer/layer-outcome.js";
import { Frame } from "../packet/frame.js";
import { Packet } from "../packet/packet.js";
import { DropReason, Verdict } from "../verdict.js";
import { ProcessResult, resultLabels } from "./process-result.js";

describe("the labels that probes are given (name_and_data_storage)", () => {
  const labelled = (members: Partial<ProcessResult>): readonly string[] =>
    resultLabels(Object.assign(new ProcessResult(new Packet(), Frame.allocate(0)), members));

  it("name the outcome of a packet, and of a drop the reason, with the layer if a layer denied it", () => {
    expect(labelled({ verdict: Verdict.Modified })).toEqual(["Modified"]);
    expect(labelled({ verdict: Verdict.Hairpin })).toEqual(["Hairpin"]);
    expect(labelled({ verdict: Verdict.Drop, reason: DropReason.LayerRule, layer: "guard" })).toEqual([
      "Drop",
      '{name: "guard", reason: Rule}',
    ]);
    expect(labelled({ verdict: Verdict.Drop, reason: DropReason.Headroom })).toEqual(["Drop", "headroom"]);
    expect(labelled({ verdict: Verdict.Error, error: { kind: "HandlePkt", text: "odd" } })).toEqual([
      "ERROR: HandlePkt",
    ]);
  });

  it("name the decision of a layer, and of a denial the reason", () => {
    expect(decisionLabels({ kind: "allow" })).toEqual(["Allow"]);
    expect(decisionLabels({ kind: "hairpin" })).toEqual(["Hairpin"]);
    expect(decisionLabels({ kind: "handlePacket" })).toEqual(["HandlePkt"]);
    for (const [reason, text] of [
      [DropReason.LayerRule, "Rule"],
      [DropReason.LayerDefault, "Default"],
      [DropReason.LayerAction, "Action"],
    ] as const) {
      expect(decisionLabels({ kind: "deny", reason })).toEqual(["Deny", text]);
    }
  });

  it("are one or two, never cut short: text has no bound here as it has in the reference (name_truncation)", () => {
    const layer = "l".repeat(1000);
    const labels = labelled({ verdict: Verdict.Drop, reason: DropReason.LayerDefault, layer });
    expect(labels).toEqual(["Drop", `{name: "${layer}", reason: Default}`]);
  });
});
