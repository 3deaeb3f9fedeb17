import { describe, expect, it } from "vitest";
import { codecFault } from "../../test/codec-errors.js";
import { hex, hexOf } from "../../test/hex.js";
import { struct } from "./composites.js";
import { converted, sortedMap, sortedSet } from "./conversions.js";
import { decodePostcard } from "./postcard-reader.js";
import { encodePostcard } from "./postcard-writer.js";
import { string, u8 } from "./primitives.js";

const ascending = (a: number, b: number): number => a - b;

describe("sortedSet", () => {
  const schema = sortedSet(u8, ascending);

  it("writes in ascending order, each element once", () => {
    expect(hexOf(encodePostcard(schema, [3, 1, 2, 1]))).toBe("03010203");
    expect(hexOf(encodePostcard(schema, []))).toBe("00");
  });

  it("reads in any order, with repetitions", () => {
    expect(decodePostcard(schema, hex("04 03 01 03 02"))).toEqual([1, 2, 3]);
  });

  it("leaves the list it is given as it is", () => {
    const values = [2, 1];
    encodePostcard(schema, values);
    expect(values).toEqual([2, 1]);
  });
});

describe("sortedMap", () => {
  const schema = sortedMap(u8, string, ascending);

  it("is ordered by key, and of equal keys the last one counts", () => {
    expect(decodePostcard(schema, hex("03 02 0161 01 0162 02 0163"))).toEqual([
      [1, "b"],
      [2, "c"],
    ]);
  });
});

describe("converted", () => {
  const even = converted(
    u8,
    (value: number) => {
      if (value % 2 !== 0) throw new RangeError("it is odd");
      return value / 2;
    },
    (value) => {
      if (value > 100) throw new RangeError("it is too large");
      return value * 2;
    },
  );
  const schema = struct<{ readonly count: number }>({ count: even });

  it("reads and writes a type as another", () => {
    expect(hexOf(encodePostcard(schema, { count: 8 }))).toBe("04");
    expect(decodePostcard(schema, hex("04"))).toEqual({ count: 8 });
  });

  it("names the field whose value is refused", () => {
    expect(codecFault(() => encodePostcard(schema, { count: 7 }))).toEqual(["invalid_value", "count"]);
    expect(() => decodePostcard(schema, hex("65"))).toThrow('Cannot decode field "count": it is too large');
  });

  it("does not take a mistake of the program for a wrong value", () => {
    const broken = converted(
      u8,
      (value: number) => value,
      (): number => {
        throw new TypeError("a mistake");
      },
    );
    expect(() => decodePostcard(broken, hex("00"))).toThrow(TypeError);
  });
});
