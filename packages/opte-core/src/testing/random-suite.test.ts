import { type Mutant, trySuite } from "../../test/suite-trial.js";
import { randomSuite } from "./random-suite.js";

/** Marsaglia's xorshift of two words: a right source that gives the same numbers in every run. */
function makeXorshift(): () => number {
  let x = 0x9e3779b9;
  let y = 0x243f6a88;
  return () => {
    const t = x ^ (x << 10);
    x = y;
    y = y ^ (y >>> 10) ^ t ^ (t >>> 13);
    return y >>> 0;
  };
}

const INTEGERS = "gives unsigned 32-bit integers";
const NO_REPEAT = "does not repeat itself";
const HALF = "sets every bit half of the time";
const CHANGES = "changes every bit from one draw to the next half of the time";
const PAIRS = "lets no bit follow from another";

/** A source that makes something else of right numbers. */
const mutant = (fault: string, rule: string, make: (n: number, draw: number) => number): Mutant => ({
  fault,
  rule,
  suite: randomSuite(() => {
    const next = makeXorshift();
    let draw = 0;
    return { nextU32: () => make(next(), draw++) };
  }),
});

trySuite("randomSuite", { "a xorshift generator": randomSuite(() => ({ nextU32: makeXorshift() })) }, [
  mutant("gives fractions", INTEGERS, (n) => n / 2 ** 32),
  mutant("gives signed numbers", INTEGERS, (n) => n | 0),
  mutant("gives 33 bits", INTEGERS, (n) => n * 2),
  mutant("throws", INTEGERS, () => {
    throw new Error("No entropy");
  }),
  mutant("gives one number", NO_REPEAT, () => 4),
  mutant("has a short cycle", NO_REPEAT, (_n, draw) => Math.imul(draw % 1000, 0x9e3779b1) >>> 0),
  mutant("gives 31 bits", HALF, (n) => n >>> 1),
  mutant("favours ones", HALF, (n, draw) => (draw % 4 === 0 ? n | 0x100 : n)),
  mutant("has a low bit that alternates", CHANGES, (n, draw) => ((n & ~1) | (draw & 1)) >>> 0),
  mutant("repeats 16 bits", PAIRS, (n) => ((n << 16) | (n & 0xffff)) >>> 0),
]);
