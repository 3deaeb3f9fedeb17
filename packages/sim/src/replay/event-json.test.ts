import { describe, expect, it } from "vitest";
import { EVENTS, smallReplay } from "../../test/events.js";
import { eventJson, summaryJson } from "./event-json.js";

const roundTrip = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("an event as JSON", () => {
  it("has everything that the line of the packet says, and the frames", () => {
    const json = eventJson(EVENTS.refusedByRule);
    expect(json).toMatchObject({
      kind: "guest",
      number: 10,
      timestampNs: "1700000000009000000",
      elapsedS: 0.009,
      direction: "out",
      text: "ICMPv6 fd00::5 > ff02::1:ff00:5 neighbor solicitation for 101:101:101:101:101:101:101:101",
      flow: { proto: 58, src: "fd00::5", dst: "ff02::1:ff00:5", kind: "icmp", type: 135, code: 0, id: 0 },
      verdict: "drop",
      path: "layers",
      layer: "gateway",
      ruleId: 9,
      rule: { priority: 5, action: "Deny" },
      reason: "rule",
    });
    expect(json).toMatchObject({ input: Buffer.from(EVENTS.refusedByRule.captured).toString("hex") });
    expect(json).not.toHaveProperty("output");
  });

  it("has the translated flow, the steps and the output of a packet that passed", () => {
    expect(eventJson(EVENTS.sentByLayers)).toMatchObject({
      externalFlow: { src: "10.77.77.13", srcPort: 4096 },
      steps: [{ layer: "gateway", decidedBy: "rule" }, { layer: "firewall", decidedBy: "default" }, {}, {}, {}],
    });
    expect(JSON.stringify(eventJson(EVENTS.sentByLayers))).toMatch(/"output":"0{24}86dd6/);
  });

  it("has our answer beside a recorded one", () => {
    expect(eventJson(EVENTS.recordedAlike)).toMatchObject({ kind: "recorded", ours: { number: 4, differences: [] } });
    expect(eventJson(EVENTS.recordedAlone)).not.toHaveProperty("ours");
  });

  it("has the reason of a packet that is not given to the port", () => {
    expect(eventJson(EVENTS.unusable)).toMatchObject({ kind: "unusable", reason: "Only 20 of 45 bytes were captured" });
  });

  it.each(Object.entries(EVENTS))("survives being written and read: %s", (_, event) => {
    const json = eventJson(event);
    expect(roundTrip(json)).toEqual(json);
  });
});

describe("a summary as JSON", () => {
  it("has counters, flows and drops, and survives being written and read", () => {
    const replayed = smallReplay();
    expect([...replayed]).not.toEqual([]);
    const json = summaryJson(replayed.summary());
    expect(roundTrip(json)).toEqual(json);
    expect(json).toMatchObject({
      kind: "summary",
      packets: 16,
      durationS: 0.015,
      guest: { packets: 10 },
      recorded: { packets: 3, answered: 2 },
      flows: [{ flow: { src: "172.30.0.5" }, external: { src: "10.77.77.13" }, packetsOut: 2, packetsIn: 1 }, {}],
      counters: { in_drop: 1 },
    });
  });
});
