import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY, encodeFrame, MAGIC, readFrames, type StateRecord } from "./frame-format.js";

const records: fc.Arbitrary<StateRecord[]> = fc.array(
  fc.record({ kind: fc.nat(255), bytes: fc.uint8Array({ maxLength: 40 }) }),
  { maxLength: 4 },
);
const frames = fc.array(records, { minLength: 1, maxLength: 5 });

/** A file of these frames, and where each of them ends. */
function fileOf(content: readonly (readonly StateRecord[])[]): {
  readonly file: Buffer;
  readonly ends: readonly number[];
} {
  const parts: Buffer[] = [MAGIC];
  const ends = [MAGIC.length];
  let end = EMPTY;
  for (const each of content) {
    const encoded = encodeFrame(each, end);
    parts.push(encoded.frame);
    end = encoded.end;
    ends.push(end.offset);
  }
  return { file: Buffer.concat(parts), ends };
}

const plain = (content: readonly (readonly StateRecord[])[]): unknown =>
  content.map((each) => each.map(({ kind, bytes }) => [kind, [...bytes]]));

describe("readFrames", () => {
  it("reads what encodeFrame wrote", () => {
    fc.assert(
      fc.property(frames, (content) => {
        const read = readFrames(fileOf(content).file);
        if (!("frames" in read)) throw new Error(read.problem);
        expect(plain(read.frames)).toEqual(plain(content));
        expect(read.tornBytes).toBe(0);
      }),
    );
  });

  it("keeps the whole frames of a file that was cut anywhere, and says how much was torn", () => {
    fc.assert(
      fc.property(frames, fc.nat(), (content, at) => {
        const { file, ends } = fileOf(content);
        const length = MAGIC.length + (at % (file.length - MAGIC.length + 1));
        const read = readFrames(file.subarray(0, length));
        if (!("frames" in read)) throw new Error(read.problem);
        const whole = ends.filter((end) => end <= length);
        expect(plain(read.frames)).toEqual(plain(content.slice(0, whole.length - 1)));
        expect(read.tornBytes).toBe(length - (whole.at(-1) ?? 0));
      }),
    );
  });

  it("finds any flipped bit, the last frame's too", () => {
    fc.assert(
      fc.property(frames, fc.nat(), fc.nat(7), (content, at, bit) => {
        const { file } = fileOf(content);
        const place = at % file.length;
        file.writeUInt8(file.readUInt8(place) ^ (1 << bit), place);
        expect(readFrames(file)).toHaveProperty("problem");
      }),
    );
  });

  it("misses a frame that was taken out of the middle", () => {
    const { file, ends } = fileOf([[], [{ kind: 1, bytes: Uint8Array.of(1) }], [{ kind: 1, bytes: Uint8Array.of(2) }]]);
    const without = Buffer.concat([file.subarray(0, ends[1]), file.subarray(ends[2])]);
    expect(readFrames(without)).toEqual({ offset: ends[1], problem: "the checksum of a frame's head is wrong" });
  });
});
