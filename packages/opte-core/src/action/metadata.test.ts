import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ActionMetadata, INTERNAL_TARGET } from "./metadata.js";

const KEYS = ["vni", "router-target", INTERNAL_TARGET];

describe("action metadata", () => {
  it("is a map that a new packet finds empty", () => {
    const change = fc.record({
      what: fc.constantFrom("insert", "insert", "remove", "clear"),
      key: fc.constantFrom(...KEYS),
      value: fc.constantFrom("0", "1", "99"),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const metadata = new ActionMetadata();
        const model = new Map<string, string>();
        for (const { what, key, value } of changes) {
          if (what === "insert") {
            expect(metadata.insert(key, value)).toBe(model.get(key));
            model.set(key, value);
          } else if (what === "remove") {
            expect(metadata.remove(key)).toBe(model.delete(key));
          } else {
            metadata.clear();
            model.clear();
          }
          for (const each of KEYS) expect(metadata.get(each)).toBe(model.get(each));
        }
      }),
    );
  });

  it("says that a target is internal only where it is 1", () => {
    const metadata = new ActionMetadata();
    expect(metadata.isInternalTarget).toBe(false);
    metadata.insert(INTERNAL_TARGET, "yes");
    expect(metadata.isInternalTarget).toBe(false);
    metadata.insert(INTERNAL_TARGET, "1");
    expect(metadata.isInternalTarget).toBe(true);
  });
});
