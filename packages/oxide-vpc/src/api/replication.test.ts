import { describe, expect, it } from "vitest";
import { Replication, REPLICATIONS } from "./replication.js";

describe("a kind of replication", () => {
  it.each([
    ["EXTERNAL", "External", 0],
    ["underlay", "Underlay", 1],
    ["bOtH", "Both", 2],
  ])("is read from %s, printed as %s, and is %i on the wire", (text, printed, code) => {
    const replication = Replication.parse(text);
    expect(Replication.format(replication)).toBe(printed);
    expect(Replication.code(replication)).toBe(code);
    expect(REPLICATIONS[code]).toBe(replication);
  });

  it("is not read from what only the wire can say", () => {
    expect(() => Replication.parse("reserved")).toThrow("it is none of external, underlay, both");
    expect(Replication.format("reserved")).toBe("Reserved");
  });
});
