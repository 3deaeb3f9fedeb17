import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlowKey } from "./flow-id.js";
import { FlowTable, TABLE_WORDS } from "./flow-table.js";

function key(n: number, family: 4 | 6 = 4): FlowKey {
  const flow = new FlowKey();
  flow.words.set([n, 0, 0, 0, 7, 0, 0, family === 6 ? n : 0, 0x5000_0400, 17 | (family << 8)]);
  return flow;
}

describe("FlowTable", () => {
  it("finds what was inserted, and only that", () => {
    const table = new FlowTable(4, 1);
    const slot = table.insert(key(1).words, 5);
    expect(table.find(key(1))).toBe(slot);
    expect(table.find(key(2))).toBe(-1);
    expect(table.find(key(1, 6))).toBe(-1);
    expect(table.lastHit(slot)).toBe(5);
    expect(table.hits(slot)).toBe(0);
  });

  it("counts hits and notes their time", () => {
    const table = new FlowTable(4, 0);
    const slot = table.insert(key(1).words, 5);
    table.touch(slot, 9);
    table.touch(slot, 7);
    expect(table.hits(slot)).toBe(2);
    expect(table.lastHit(slot)).toBe(7);
  });

  it("keeps slots in place while it grows to its limit, and refuses more", () => {
    const table = new FlowTable(1000, 2);
    const slots = Array.from({ length: 1000 }, (_, n) => table.insert(key(n).words, n));
    expect(table.isFull).toBe(true);
    for (let n = 0; n < 1000; n++) expect(table.find(key(n))).toBe(slots[n]);
    expect(() => table.insert(key(1000).words, 0)).toThrow(RangeError);
  });

  it("flow_clear: clearing empties it", () => {
    const table = new FlowTable(8, 0);
    table.insert(key(1).words, 0);
    table.clear();
    expect(table.size).toBe(0);
    expect(table.find(key(1))).toBe(-1);
    expect(table.insert(key(1).words, 0)).toBe(0);
  });

  it("lists entries in flow-id order: addresses compare as network-order bytes", () => {
    const table = new FlowTable(8, 0);
    // Memory-order words: 0x0100000a is 10.0.0.1, 0x0000000b is 11.0.0.0.
    for (const n of [0x0000000b, 0x0200000a, 0x0100000a]) table.insert(key(n).words, 0);
    table.insert(key(0x0100000a, 6).words, 0);
    const order = table.sortedSlots().map((slot) => table.flowId(slot).src.toString());
    expect(order.slice(0, 3)).toEqual(["10.0.0.1", "10.0.0.2", "11.0.0.0"]);
    expect(order).toHaveLength(4);
  });

  it("agrees with a map over any sequence of inserts and removals, while its index grows and after it was cleared", () => {
    const operations = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.nat({ max: 300 })), { maxLength: 600 });
    fc.assert(
      fc.property(operations, fc.boolean(), (steps, isCleared) => {
        const table = new FlowTable(240, 1);
        if (isCleared) {
          for (let n = 0; n < 100; n++) table.insert(key(n).words, 0);
          table.clear();
        }
        const model = new Map<number, number>();
        for (const [kind, n] of steps) {
          const insert = kind > 0;
          const slot = table.find(key(n));
          expect(slot >= 0).toBe(model.has(n));
          if (insert && slot < 0 && !table.isFull) {
            table.setWord(table.insert(key(n).words, 0), TABLE_WORDS, n + 100);
            model.set(n, n + 100);
          } else if (!insert && slot >= 0) {
            table.remove(slot);
            model.delete(n);
          }
          expect(table.size).toBe(model.size);
        }
        for (let n = 0; n <= 300; n++) {
          const slot = table.find(key(n));
          expect(slot < 0 ? undefined : table.word(slot, TABLE_WORDS)).toBe(model.get(n));
        }
      }),
    );
  });
});
