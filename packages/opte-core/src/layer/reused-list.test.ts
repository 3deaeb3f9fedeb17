import { describe, expect, it } from "vitest";
import { ReusedList } from "./reused-list.js";

describe("a reused list", () => {
  it("has what was pushed since it was cleared, in storage that stays", () => {
    const list = new ReusedList<string>();
    for (const item of ["a", "b", "c"]) list.push(item);
    const { items } = list;
    expect(list.toArray()).toEqual(["a", "b", "c"]);
    list.clear();
    expect([list.size, list.toArray()]).toEqual([0, []]);
    list.push("d");
    expect(list.toArray()).toEqual(["d"]);
    expect(list.items).toBe(items);
    expect(items).toHaveLength(3);
  });
});
