import type { ProcessError } from "opte-core";
import { describe, expect, it } from "vitest";
import { processErrorText } from "./process-error-text.js";

describe("the text of a processing error", () => {
  it.each<readonly [ProcessError, string]>([
    [{ kind: "BadState", state: "paused" }, "port is paused"],
    [{ kind: "HandlePkt", text: "ARP message is malformed" }, "HandlePkt: ARP message is malformed"],
    [{ kind: "HdrTransform", header: "inner_ip" }, "HdrTransform: inner_ip"],
    [
      { kind: "BodyTransform", cause: { kind: "parseFailure", text: "no header" } },
      "BodyTransform: parseFailure: no header",
    ],
    [{ kind: "FlowTableFull", table: "UFT", limit: 16 }, "FlowTableFull: UFT, limit 16"],
    [
      { kind: "Layer", layer: "firewall", cause: { stage: "FlowTableFull", layer: "firewall", dir: "in" } },
      "FlowTableFull: firewall in",
    ],
    [
      { kind: "Layer", layer: "nat", cause: { stage: "GenDesc", cause: { kind: "resourceExhausted", name: "snat" } } },
      "GenDesc: resourceExhausted: snat",
    ],
    [
      { kind: "Layer", layer: "overlay", cause: { stage: "HeaderTransform", header: "outer_ip" } },
      "HeaderTransform: outer_ip",
    ],
  ])("of %j is %s", (error, text) => {
    expect(processErrorText(error)).toBe(text);
  });
});
