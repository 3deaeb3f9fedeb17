import { describe, expect, it } from "vitest";
import { FirewallAction } from "./firewall-action.js";

describe("a firewall action", () => {
  it("is read in any case", () => {
    expect(FirewallAction.parse("Allow")).toBe("allow");
    expect(FirewallAction.parse("DENY")).toBe("deny");
  });

  it.each(["", "drop", "allow ", "allow\0"])("refuses %j", (text) => {
    expect(() => FirewallAction.parse(text)).toThrow('it is neither "allow" nor "deny"');
  });
});
