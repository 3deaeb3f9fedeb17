// Every body of every command, encoded, decoded and damaged.

import fc from "fast-check";
import { CodecError, decodePostcard, encodePostcard, opteError, type Schema } from "opte-api/codec";
import { describe, expect, it } from "vitest";
import { XDE_COMMANDS, XDE_EXTENSIONS } from "../src/api/commands/vpc-commands.js";
import { Random } from "./random.js";
import { randomValue } from "./random-values.js";

const MUTATIONS = 200_000;

interface Body {
  readonly name: string;
  readonly schema: Schema<unknown>;
}

/** Every type of body. */
const BODIES: readonly Body[] = [
  ...[...Object.values(XDE_COMMANDS), ...Object.values(XDE_EXTENSIONS)].flatMap(
    ({ cmd, request, response }): Body[] => [
      // Unwrap: each schema is given only values that it has read itself
      ...(request === undefined ? [] : [{ name: `${cmd} request`, schema: request as Schema<unknown> }]),
      { name: `${cmd} response`, schema: response as Schema<unknown> }, // Unwrap: as above
    ],
  ),
  { name: "error", schema: opteError as Schema<unknown> }, // Unwrap: as above
];

describe("every body", () => {
  it.each(BODIES)("is decoded to what was encoded: $name", ({ schema }) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const value = randomValue(schema, new Random(seed));
        const bytes = encodePostcard(schema, value);
        const decoded = decodePostcard(schema, bytes);
        expect(decoded).toEqual(value);
        // Values with private parts are equal if their bytes are
        expect(encodePostcard(schema, decoded)).toEqual(bytes);
      }),
    );
  });

  it("is never empty, so that every answer takes room", () => {
    const random = new Random(1);
    for (const { schema } of BODIES)
      expect(encodePostcard(schema, randomValue(schema, random)).length).toBeGreaterThan(0);
  });

  it(`damaged in ${MUTATIONS} ways is refused by a clear error or means something else, and grows by no more than its bytes allow`, () => {
    const random = new Random(20_261_124);
    const pool = BODIES.flatMap(({ schema }) =>
      Array.from({ length: 20 }, () => ({ schema, bytes: encodePostcard(schema, randomValue(schema, random)) })),
    );
    let refused = 0;
    for (let i = 0; i < MUTATIONS; i++) {
      const { schema, bytes } = random.of(pool);
      const damaged = mutate(bytes, random);
      const value = decodeOrRefuse(schema, damaged);
      if (value === REFUSED) refused++;
      else expectSound(schema, value, damaged);
    }
    expect(refused).toBeGreaterThan(MUTATIONS / 10);
    expect(refused).toBeLessThan(MUTATIONS);
  }, 120_000);
});

const REFUSED = Symbol("refused");

function decodeOrRefuse(schema: Schema<unknown>, bytes: Uint8Array): unknown {
  try {
    return decodePostcard(schema, bytes);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return REFUSED;
  }
}

/** A value that was decoded can be encoded, to no more bytes than it came from, and has no more parts than they allow. */
function expectSound(schema: Schema<unknown>, value: unknown, bytes: Uint8Array): void {
  const again = encodePostcard(schema, value);
  if (again.length > bytes.length || partsOf(value) > 8 * (bytes.length + 1)) {
    throw new Error(`${bytes.length} bytes became a value of ${partsOf(value)} parts and ${again.length} bytes`);
  }
}

function partsOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + partsOf(part), 1);
}

/** Some bytes changed, removed or put in; or the end cut off. */
function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Array.from(bytes);
  for (let left = 1 + random.below(3); left > 0; left--) {
    const at = random.below(result.length + 1);
    const byte = random.of([0, 1, 2, 0x7f, 0x80, 0xff, random.below(256)]);
    switch (random.below(4)) {
      case 0:
        result.splice(at, 1, byte);
        break;
      case 1:
        result.splice(at, 1);
        break;
      case 2:
        result.splice(at, 0, byte);
        break;
      default:
        result = result.slice(0, at);
    }
  }
  return Uint8Array.from(result);
}
