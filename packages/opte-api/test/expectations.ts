// What every value type promises, checked in one place.

import fc from "fast-check";
import { TextError } from "../src/index.js";
import { expect } from "vitest";

/** The kind of the TextError that `call` throws; fails if it throws none. */
export function textErrorKind(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof TextError) return error.kind;
    throw error;
  }
  throw new Error("No TextError was thrown");
}

/** Checks a property for random values; `check` fails by throwing. */
export function forAll<T>(values: fc.Arbitrary<T>, check: (value: T) => void, runs = 200): void {
  fc.assert(
    fc.property(values, (value) => {
      check(value);
    }),
    { numRuns: runs },
  );
}

/** Checks that `compare` orders all values, agrees with `equals`, and is the order `reference`. */
export function expectTotalOrder<T>(
  values: fc.Arbitrary<T>,
  compare: (a: T, b: T) => number,
  equals: (a: T, b: T) => boolean,
  reference: (a: T, b: T) => number,
): void {
  // Values of one small pool, so that equal ones meet.
  const triple = fc
    .array(values, { minLength: 1, maxLength: 3 })
    .chain((pool) => fc.tuple(fc.constantFrom(...pool), fc.constantFrom(...pool), fc.constantFrom(...pool)));
  forAll(triple, ([a, b, c]) => {
    expect(Math.sign(compare(a, b))).toBe(Math.sign(reference(a, b)));
    // Not toBe, which tells -0 from 0.
    expect(Math.sign(compare(a, b)) === -Math.sign(compare(b, a))).toBe(true);
    expect(equals(a, b)).toBe(compare(a, b) === 0);
    if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
  });
}
