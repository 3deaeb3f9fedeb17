import { describe, expect, it } from "vitest";
import { MemoryRoom } from "./memory-room.js";
import { inOneGo } from "./slices.js";

const source = Int32Array.from({ length: 100 }, (_, i) => i + 1);

describe("room for copies", () => {
  it("holds copies of the first words of arrays, whether it was got ready for them or not", () => {
    for (const sizes of [[], [4, 100], [100, 4, 60], [1]]) {
      const room = inOneGo(MemoryRoom.of(sizes));
      const copies = [60, 100, 0, 4, 100].map((length) => [room.copy(source, length), length] as const);
      for (const [copy, length] of copies) {
        expect([...copy]).toEqual([...source.subarray(0, length)]);
        expect(copy.byteOffset).toBe(0);
      }
    }
  });

  it("gives each array away once", () => {
    const room = inOneGo(MemoryRoom.of([100]));
    const [first, second] = [room.copy(source, 100), room.copy(source, 100)];
    first.fill(7);
    expect([...second]).toEqual([...source]);
  });
});
