// The conformance suite of random providers.

import type { RandomProvider } from "../provider/random.js";
import { check, quietly, type TestCase } from "./test-case.js";

const BITS = 32;
const DRAWS = 4096;
/**
 * How far from half the draws a bit's count may be: eight standard deviations of a fair coin, so that a right source fails once in
 * 10^12 runs or less often.
 */
const SLACK = 8 * Math.sqrt(DRAWS / 4);

/**
 * The contract of {@link RandomProvider}. It finds sources that are broken, not sources that can be guessed: no test can.
 *
 * @param makeRandom makes a source for one test
 */
export function randomSuite(makeRandom: () => RandomProvider): readonly TestCase[] {
  return [
    {
      name: "gives unsigned 32-bit integers",
      run(): void {
        for (const n of draw(makeRandom())) check(n >>> 0 === n, `Expected an unsigned 32-bit integer, got ${n}`);
      },
    },
    {
      name: "does not repeat itself",
      run(): void {
        const numbers = draw(makeRandom());
        const distinct = new Set(numbers).size;
        check(distinct >= DRAWS - 16, `Expected ${DRAWS} draws to differ but for rare chance, got ${distinct} numbers`);
      },
    },
    {
      name: "sets every bit half of the time",
      run(): void {
        const numbers = draw(makeRandom());
        for (let bit = 0; bit < BITS; bit++) {
          expectHalf(
            `bit ${bit} to be set`,
            count(numbers, (n) => isSet(n, bit)),
          );
        }
      },
    },
    {
      name: "changes every bit from one draw to the next half of the time",
      run(): void {
        const numbers = draw(makeRandom());
        for (let bit = 0; bit < BITS; bit++) {
          const changes = count(numbers, (n, i) => isSet(n ^ (numbers[(i || numbers.length) - 1] ?? 0), bit));
          expectHalf(`bit ${bit} to change`, changes);
        }
      },
    },
    {
      name: "lets no bit follow from another",
      run(): void {
        const numbers = draw(makeRandom());
        for (let a = 0; a < BITS; a++) {
          for (let b = 0; b < a; b++) {
            expectHalf(
              `bits ${b} and ${a} to differ`,
              count(numbers, (n) => isSet(n, a) !== isSet(n, b)),
            );
          }
        }
      },
    },
  ];
}

function draw(random: RandomProvider): readonly number[] {
  return quietly("nextU32", () => Array.from({ length: DRAWS }, () => random.nextU32()));
}

function isSet(n: number, bit: number): boolean {
  return ((n >>> bit) & 1) === 1;
}

function count(numbers: readonly number[], holds: (n: number, i: number) => boolean): number {
  return numbers.reduce((sum, n, i) => sum + (holds(n, i) ? 1 : 0), 0);
}

function expectHalf(what: string, times: number): void {
  check(
    Math.abs(times - DRAWS / 2) <= SLACK,
    `Expected ${what} in about half of ${DRAWS} draws, but it happened in ${times}`,
  );
}
