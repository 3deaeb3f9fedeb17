import { Direction } from "./index.js";
import { describe, expect, it } from "vitest";
import { textErrorKind } from "../test/expectations.js";

describe("Direction", () => {
  it("is read in any case and printed in upper case", () => {
    expect(["in", "IN", "In"].map((text) => Direction.parse(text))).toEqual(["in", "in", "in"]);
    expect(["out", "OUT", "oUt"].map((text) => Direction.parse(text))).toEqual(["out", "out", "out"]);
    expect([Direction.format("in"), Direction.format("out")]).toEqual(["IN", "OUT"]);
  });

  it("reads what is printed", () => {
    for (const direction of ["in", "out"] as const) {
      expect(Direction.parse(Direction.format(direction))).toBe(direction);
    }
  });

  it.each(["", "both", "in ", "in\n", "inbound", "1", "İN"])("refuses %j", (text) => {
    expect(textErrorKind(() => Direction.parse(text))).toBe("invalid_direction");
  });

  it("has the codes 1 and 2 and sorts by them", () => {
    expect([Direction.code("in"), Direction.code("out")]).toEqual([1, 2]);
    expect((["out", "in", "out"] as const).toSorted(Direction.compare)).toEqual(["in", "out", "out"]);
  });
});
