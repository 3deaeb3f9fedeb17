import fc from "fast-check";
import { Ipv6Addr } from "opte-api";
import { describe, expect, it } from "vitest";
import { AddressMap } from "./address-map.js";

/** Few addresses, many of which have the same hash: 31 in one byte is worth one in the byte before. */
const address = fc
  .tuple(fc.nat({ max: 2 }), fc.constantFrom(0, 31, 62), fc.constantFrom(0, 1))
  .map(([high, low, first]) =>
    Ipv6Addr.fromBytes(Uint8Array.of(0xff, 4, first, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, high, low)),
  );

describe("a map by address", () => {
  it("behaves as a map by text, whatever the hashes", () => {
    const step = fc.tuple(fc.constantFrom("set", "delete", "clear", "set"), address, fc.nat());
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const map = new AddressMap<number>();
        const model = new Map<string, number>();
        for (const [what, at, value] of steps) {
          const key = at.toString();
          if (what === "set") {
            map.set(at, value);
            model.set(key, value);
          } else if (what === "delete") {
            expect(map.delete(at)).toBe(model.delete(key));
          } else if (value % 8 === 0) {
            map.clear();
            model.clear();
          }
          expect(map.get(at)).toBe(model.get(key));
          expect(map.getAt(Uint8Array.of(9, ...at.bytes), 1)).toBe(model.get(key));
          expect(map.size).toBe(model.size);
        }
        const entries = map.entries();
        expect(new Map(entries.map(([at, value]) => [at.toString(), value]))).toEqual(model);
        expect(entries.map(([at]) => at)).toEqual(entries.map(([at]) => at).toSorted((a, b) => a.compare(b)));
      }),
    );
  });
});
