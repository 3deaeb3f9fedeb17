import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HashChains, NO_ENTRY } from "./hash-chains.js";

function valuesOf(chains: HashChains, hash: number): number[] {
  const values: number[] = [];
  for (let entry = chains.first(hash); entry !== NO_ENTRY; entry = chains.next(entry)) values.push(chains.value(entry));
  return values.toSorted((a, b) => a - b);
}

describe("values by their hashes", () => {
  it("are found through any growth, and no others", () => {
    const chains = new HashChains();
    const hashOf = (i: number): number => Math.imul(i, 0x9e3779b1);
    for (let i = 0; i < 20_000; i++) chains.add(hashOf(i), i);
    const wrong = Array.from({ length: 20_000 }, (_, i) => i).filter((i) => {
      const values = valuesOf(chains, hashOf(i));
      return values.length !== 1 || values[0] !== i;
    });
    expect(wrong).toEqual([]);
    expect(chains.first(hashOf(20_000))).toBe(NO_ENTRY);
  });

  it("agree with a plain list after any changes, hashes in common included", () => {
    const change = fc.record({ hash: fc.constantFrom(0, 1, 8, -1, 0x80000000), value: fc.nat(9), adds: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const chains = new HashChains();
        const model = new Map<number, number[]>();
        for (const { hash, value, adds } of changes) {
          const values = model.get(hash) ?? [];
          model.set(hash, values);
          if (adds) {
            chains.add(hash, value);
            values.push(value);
          } else {
            chains.remove(hash, value);
            if (values.includes(value)) values.splice(values.indexOf(value), 1);
          }
        }
        for (const [hash, values] of model) expect(valuesOf(chains, hash)).toEqual(values.toSorted((a, b) => a - b));
      }),
    );
  });

  it("can be replaced where they stand", () => {
    const chains = new HashChains();
    chains.add(7, 1);
    chains.setValue(chains.first(7), 2);
    expect(valuesOf(chains, 7)).toEqual([2]);
  });
});
