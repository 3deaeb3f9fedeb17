// Randomness of a Node process.

import { randomBytes } from "node:crypto";
import type { RandomProvider } from "opte-core";

/** Cryptographically strong random numbers. */
export const nodeRandom: RandomProvider = {
  nextU32(): number {
    return randomBytes(4).readUInt32LE();
  },
};
