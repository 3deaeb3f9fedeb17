import { describe, expect, it } from "vitest";
import { MacAddr, type Direction } from "opte-api";
import { udpFrame } from "../../test/small-frames.js";
import type { StatefulGenerator } from "../action/action.js";
import type { Packet } from "../packet/packet.js";
import { parseGuest } from "../packet/parse.js";
import { PortBuilder } from "../port/builder.js";
import type { Port } from "../port/port.js";
import { makeRule } from "../rule/rule.js";
import { Verdict } from "../verdict.js";

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

describe("a flow whose first packet cannot be rewritten", () => {
  it("is not made, and gives back what was lent to it", () => {
    const events: string[] = [];
    const generator: StatefulGenerator = {
      text: "broken",
      describe: () => {
        events.push("lent");
        const headerTransform = () => ({
          name: "broken",
          innerIp: { kind: "modify", fields: { version: 6 } } as const,
        });
        return { kind: "value", value: { name: "broken", headerTransform, release: () => events.push("given back") } };
      },
    };
    const port = statefulPort();
    port.setRules("guard", { in: [], out: [makeRule(0, { kind: "stateful", generator })] });
    expect(port.process("out", udpFrame("out", 1000))).toBe(Verdict.Error);
    expect(port.result.error).toMatchObject({ kind: "Layer", cause: { stage: "HeaderTransform" } });
    expect(events).toEqual(["lent", "given back"]);
    expect(flows(port)).toBe(0);
  });
});

describe("the body transformation of a flow", () => {
  it("is asked for where a packet has a body, and there only", () => {
    const bodies: number[] = [];
    const generator: StatefulGenerator = {
      text: "list",
      describe: () => {
        const bodyTransform = (_dir: Direction, { frame, body }: Packet) => {
          bodies.push(frame.end - body);
          return { kind: "value", value: undefined } as const;
        };
        return { kind: "value", value: { name: "list", headerTransform: () => ({ name: "list" }), bodyTransform } };
      },
    };
    const port = statefulPort();
    port.setRules("guard", { in: [], out: [makeRule(0, { kind: "stateful", generator })] });
    expect(port.process("out", udpFrame("out", 1000))).toBe(Verdict.Modified);
    expect(port.process("out", udpFrame("out", 1001, Uint8Array.of(1, 2, 3)))).toBe(Verdict.Modified);
    expect(bodies).toEqual([3]);
  });
});
