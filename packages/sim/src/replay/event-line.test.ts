import { describe, expect, it } from "vitest";
import { EVENTS } from "../../test/events.js";
import { eventLine, lineHeading, secondsText } from "./event-line.js";

const FORMAT = { flowWidth: 50 };

describe("the line of a packet", () => {
  it("has time, direction, flow, verdict, path and decision under their names", () => {
    expect([
      lineHeading(FORMAT),
      eventLine(EVENTS.sentByProgram, FORMAT),
      eventLine(EVENTS.recordedAlike, FORMAT),
    ]).toEqual([
      "      time  dir  flow                                                verdict      path      layer, rule, reason",
      "  0.002000  out  UDP 172.30.0.5:5000 > 8.8.8.8:53                    modified     compiled  as 10.77.77.13:4096",
      "  0.004000  in   ARP 172.30.0.1 is at A8:40:25:FF:77:77              recorded     -         ours to packet 4: the same",
    ]);
  });

  it("gives a packet that never entered the port no path", () => {
    expect(eventLine(EVENTS.unparsable, FORMAT)).toMatch(/ parse_error {2}- {9}inner_l3: Unwanted$/);
    expect(eventLine(EVENTS.unusable, FORMAT)).toMatch(/ unusable {5}- {9}Only 20 of 45 bytes were captured$/);
  });

  it("shows everything where no width is set, moving the rest of the line", () => {
    const line = eventLine(EVENTS.sentByLayers, { flowWidth: 10 });
    expect(line).toContain("UDP 172.30.0.5:5000 > 8.8.8.8:53  modified     layers");
    expect(line).toMatch(/overlay Encap$/);
  });

  it.each([60, 80, 100, 120, 200])("fits in %d columns, with its columns aligned", (maxWidth) => {
    const format = { flowWidth: 88, maxWidth };
    const lines = [lineHeading(format), ...Object.values(EVENTS).map((event) => eventLine(event, format))];
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(maxWidth);
    const outcomeAt = lines[0]?.indexOf("verdict") ?? -1;
    for (const line of lines) expect(line.slice(outcomeAt - 2, outcomeAt + 1)).toMatch(/^ {2}\S$/);
  });

  it("marks what was cut", () => {
    expect(eventLine(EVENTS.sentByLayers, { flowWidth: 88, maxWidth: 80 })).toMatch(
      /^ +0\.000000  out  UDP [^…]+…  modified .*…$/,
    );
  });

  it("paints the outcome and nothing else", () => {
    const paint = (outcome: string, text: string): string => `<${outcome}:${text}>`;
    const plain = eventLine(EVENTS.refusedByRule, FORMAT);
    expect(eventLine(EVENTS.refusedByRule, { ...FORMAT, paint })).toBe(plain.replace("  drop ", "  <drop:drop> "));
    expect(eventLine(EVENTS.recordedAlike, { ...FORMAT, paint })).toContain("<recorded:recorded>");
  });
});

describe("seconds", () => {
  it.each([
    [0n, "0.000000"],
    [1_999n, "0.000001"],
    [1_234_567_890_123n, "1234.567890"],
    [-1_500_000_000n, "-1.500000"],
  ])("of %d ns are %s", (ns, text) => {
    expect(secondsText(ns)).toBe(text);
  });
});
