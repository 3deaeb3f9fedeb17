import { describe, expect, it } from "vitest";
import { RouterClass } from "./router-class.js";

describe("a router class", () => {
  it("is read in any case and printed capitalised", () => {
    expect(RouterClass.format(RouterClass.parse("sYsTeM"))).toBe("System");
    expect(RouterClass.format(RouterClass.parse("CUSTOM"))).toBe("Custom");
  });

  it.each(["", "system ", "systemcustom", "cuſtom"])("refuses %j", (text) => {
    expect(() => RouterClass.parse(text)).toThrow('it is neither "system" nor "custom"');
  });
});
