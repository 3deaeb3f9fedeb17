import { describe, expect, it } from "vitest";
import { MacAddr } from "opte-api";
import { udpFrame } from "../../test/small-frames.js";
import { parseGuest } from "../packet/parse.js";
import { PortBuilder } from "../port/builder.js";
import type { Port } from "../port/port.js";
import { makeRule } from "../rule/rule.js";

const DENY = makeRule(0, { kind: "deny" });

function statefulPort(): Port {
  const port = new PortBuilder("opte0", MacAddr.ZERO, { clock: { nowMs: () => 0 } })
    .addLayer({ name: "guard", defaultIn: "deny", defaultOut: "statefulAllow", flowLimit: 8 }, { at: "first" })
    .create(
      { parse: (_dir, packet) => parseGuest(packet, packet.frame), handlePacket: () => ({ kind: "deny" }) },
      { uft: 8, tcp: 8 },
    );
  port.start();
  port.process("out", udpFrame("out", 1000));
  port.process("out", udpFrame("out", 1001));
  return port;
}

function flows(port: Port): number | undefined {
  return port.layerStats("guard")?.["flows"];
}

describe("the count of flows among a layer's statistics", () => {
  it("is the number of pairs", () => {
    expect(flows(statefulPort())).toBe(2);
  });

  it("is 0 when new rules have made the layer forget its flows", () => {
    const port = statefulPort();
    port.setRules("guard", { in: [], out: [] });
    expect(flows(port)).toBe(0);
  });

  it("falls when both halves of a dirty pair were found invalid, whatever then becomes of the packet", () => {
    const port = statefulPort();
    port.setRulesSoft("guard", { in: [], out: [DENY] });
    port.process("out", udpFrame("out", 1000));
    expect(flows(port)).toBe(2);
    port.process("in", udpFrame("in", 1000));
    expect(flows(port)).toBe(1);
  });
});
