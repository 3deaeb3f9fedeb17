import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK, jsonChunks } from "./json-chunks.js";

function chunksOf(value: unknown): { readonly chunks: readonly Uint8Array[]; readonly pauses: number } {
  const slices = jsonChunks(value);
  for (let pauses = 0; ; pauses++) {
    const step = slices.next();
    if (step.done === true) return { chunks: step.value, pauses };
  }
}

describe("JSON in chunks", () => {
  it("is what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(Buffer.concat(chunksOf(value).chunks).toString()).toBe(JSON.stringify(value));
      }),
    );
  });

  it("has chunks of one size but for the last, and pauses on the way", () => {
    const value = { lines: Array.from({ length: 40_000 }, (_, i) => `${i} ü `.repeat(10)) };
    const { chunks, pauses } = chunksOf(value);
    expect(Buffer.concat(chunks).toString()).toBe(JSON.stringify(value));
    expect(chunks.length).toBeGreaterThan(2);
    for (const chunk of chunks.slice(0, -1)) expect(chunk).toHaveLength(CHUNK);
    expect(pauses).toBeGreaterThan(chunks.length * 10);
  });
});
