import { describe, expect, it } from "vitest";
import { alignTabs } from "./elastic-tabs.js";

describe("elastic tab stops", () => {
  it("make a column as wide as its widest cell and two blanks, at least four", () => {
    expect(alignTabs(["a\tb\tc", "long\tb\tc"])).toEqual(["a     b   c", "long  b   c"]);
  });

  it("never pad the last cell of a line, be it empty", () => {
    expect(alignTabs(["a\tbbbb\t", "a\tb"])).toEqual(["a   bbbb  ", "a   b"]);
  });

  it("end a column at a line that has no cell behind it", () => {
    expect(alignTabs(["a\tb", "----", "long\tb"])).toEqual(["a   b", "----", "long  b"]);
    expect(alignTabs(["1\t2\t3", "1\twide", "1\t2\t3"])).toEqual(["1   2   3", "1   wide", "1   2   3"]);
  });

  it("count columns of the terminal, not characters", () => {
    expect(alignTabs(["日本\tx", "abc\tx", "e\u0301\tx"])).toEqual(["日本  x", "abc   x", "e\u0301     x"]);
  });

  it("stand half a million lines", () => {
    expect(alignTabs(Array.from({ length: 500_000 }, () => "a\tb"))).toHaveLength(500_000);
  });
});
