import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlowKey } from "./flow-id.js";
import { FlowTable } from "./flow-table.js";

const byte = fc.integer({ min: 0, max: 255 });
const word = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(0, 1, 0x0100_0000, -1));

const words = fc
  .tuple(fc.array(word, { minLength: 9, maxLength: 9 }), fc.constantFrom(1, 6, 17, 58, 132), fc.boolean())
  .map(([key, proto, isV6]) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, info = 0] = key;
    return isV6 ? [a, b, c, d, e, f, g, h, info, proto | 0x600] : [a, 0, 0, 0, e, 0, 0, 0, info, proto | 0x400];
  });

describe("the flow-id order of a table", () => {
  it("is that of comparing each flow with each, for few flows and for many, of whatever kind", () => {
    fc.assert(
      fc.property(
        fc.array(words, { minLength: 1, maxLength: 40 }),
        fc.constantFrom(1, 400),
        byte,
        (flows, spread, salt) => {
          const table = new FlowTable(16_000, 0);
          const key = new FlowKey();
          for (let i = 0; i < spread; i++) {
            for (const flow of flows) {
              key.words.set(flow);
              key.words[8] = Math.imul((flow[8] ?? 0) + i, 2 * salt + 1);
              if (table.find(key) < 0) table.insert(key.words, 0);
            }
          }
          // Slots that came free are not among them.
          for (let slot = 0; slot < table.slotEnd; slot += 7) table.remove(slot);
          const slots = Array.from({ length: table.slotEnd }, (_, slot) => slot).filter((slot) => table.isUsed(slot));
          expect(table.sortedSlots()).toEqual(slots.sort((a, b) => table.compareSlots(a, b)));
        },
      ),
      { numRuns: 60, seed: 20261124 },
    );
  });
});
