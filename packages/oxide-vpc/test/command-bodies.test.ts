// Every body of every command, encoded, decoded and damaged.

import fc from "fast-check";
import { BodyFormat, CodecError, decodeBody, encodeBody, opteError, type Schema } from "opte-api/codec";
import { describe, expect, it } from "vitest";
import { XDE_COMMANDS, XDE_EXTENSIONS } from "../src/api/commands/vpc-commands.js";
import { Random } from "./random.js";
import { randomValue } from "./random-values.js";

/** Of each format; with those of the envelope, a million and more. */
const MUTATIONS = process.env["OPTE_FUZZ"] === "full" ? 500_000 : 50_000;

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

describe.each(Object.entries(BodyFormat))("every body in %s", (_name, format) => {
  it.each(BODIES)("is decoded to what was encoded: $name", ({ schema }) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const value = randomValue(schema, new Random(seed));
        const bytes = encodeIfPossible(format, schema, value);
        if (bytes === REFUSED) return;
        const decoded = decodeBody(format, schema, bytes);
        expect(decoded).toEqual(value);
        // Values with private parts are equal if their bytes are
        expect(encodeBody(format, schema, decoded)).toEqual(bytes);
      }),
    );
  });

  it("is never empty, so that every answer takes room", () => {
    const random = new Random(1);
    for (const { schema } of BODIES)
      expect(encodeBody(format, schema, randomValue(schema, random)).length).toBeGreaterThan(0);
  });

  it(`damaged in ${MUTATIONS} ways is refused by a clear error or means something else, and grows by no more than its bytes allow`, () => {
    const random = new Random(20_261_124);
    const pool = BODIES.flatMap(({ schema }) =>
      Array.from({ length: 20 }, () => ({ schema, bytes: encodeBody(format, schema, randomValue(schema, random)) })),
    );
    let refused = 0;
    for (let i = 0; i < MUTATIONS; i++) {
      const { schema, bytes } = random.of(pool);
      const damaged = mutate(bytes, random);
      const value = decodeOrRefuse(format, schema, damaged);
      if (value === REFUSED) refused++;
      else expectSound(format, schema, value, damaged);
    }
    expect(refused).toBeGreaterThan(MUTATIONS / 10);
    expect(refused).toBeLessThan(MUTATIONS);
  }, 600_000);
});

const REFUSED = Symbol("refused");

/** Only a domain name whose labels no text stands for has no form in CBOR. */
function encodeIfPossible(format: BodyFormat, schema: Schema<unknown>, value: unknown): Uint8Array | typeof REFUSED {
  try {
    return encodeBody(format, schema, value);
  } catch (error) {
    if (format === BodyFormat.Cbor && error instanceof CodecError && error.message.includes("text does not stand for"))
      return REFUSED;
    throw error;
  }
}

function decodeOrRefuse(format: BodyFormat, schema: Schema<unknown>, bytes: Uint8Array): unknown {
  try {
    return decodeBody(format, schema, bytes);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return REFUSED;
  }
}

/** A value that was decoded can be encoded, to no more bytes than it came from in the binary form, and has no more parts than they allow. */
function expectSound(format: BodyFormat, schema: Schema<unknown>, value: unknown, bytes: Uint8Array): void {
  const again = encodeBody(format, schema, value);
  // Texts in CBOR have shorter forms than their usual ones, such as of an address
  const longest = format === BodyFormat.Cbor ? 4 * bytes.length : bytes.length;
  if (again.length > longest || partsOf(value) > 8 * (bytes.length + 1)) {
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
