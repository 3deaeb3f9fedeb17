import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordPool } from "./record-pool.js";

describe("a pool of records", () => {
  it("keeps every word of every record through growth, within a segment and from segment to segment", () => {
    const pool = new RecordPool(3);
    const count = 5000;
    for (let i = 0; i < count; i++) {
      const record = pool.allocate();
      expect(record).toBe(i);
      for (let word = 0; word < 3; word++) pool.set(record, word, 0xffff0000 + 3 * i + word);
    }
    const wrong = Array.from({ length: 3 * count }, (_, i) => i).filter(
      (i) => pool.get(Math.floor(i / 3), i % 3) !== 0xffff0000 + i,
    );
    expect(wrong).toEqual([]);
    expect(pool.size).toBe(count);
  });

  it("hands a record that came back to the next one, cleared", () => {
    const pool = new RecordPool(2);
    const [first] = [pool.allocate(), pool.allocate()];
    pool.set(first, 0, 7);
    pool.set(first, 1, 8);
    pool.free(first);
    expect(pool.size).toBe(1);
    expect(pool.allocate()).toBe(first);
    expect([pool.get(first, 0), pool.get(first, 1)]).toEqual([0, 0]);
  });

  it("never has two users for a record", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3)), (steps) => {
        const pool = new RecordPool(1);
        const users: number[] = [];
        for (const step of steps) {
          const given = step === 0 ? users.shift() : undefined;
          if (given === undefined) users.push(pool.allocate());
          else pool.free(given);
        }
        expect(new Set(users).size).toBe(users.length);
        expect(pool.size).toBe(users.length);
      }),
    );
  });
});
