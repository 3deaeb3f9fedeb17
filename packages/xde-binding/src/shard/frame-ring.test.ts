import fc from "fast-check";
import { Verdict } from "opte-core";
import { describe, expect, it } from "vitest";
import { FrameRing } from "./frame-ring.js";

const FRAMES = 8;
const LONGEST = 100;

/** Both ends of a new ring, as two threads have them. */
function ends(): readonly [FrameRing, FrameRing] {
  const here = FrameRing.allocate(FRAMES, LONGEST);
  return [here, new FrameRing(here.memory)];
}

describe("FrameRing", () => {
  it("brings each frame to the other end and its result back, in order", () => {
    const offers = fc.array(
      fc.record({
        port: fc.nat(1000),
        dir: fc.constantFrom("in", "out"),
        frame: fc.uint8Array({ minLength: 1, maxLength: LONGEST }),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(offers, fc.array(fc.nat(5)), (all, bursts) => {
        const [here, there] = ends();
        const came: unknown[] = [];
        const back: unknown[] = [];
        const pass = (most: number): void => {
          there.process((port, dir, frame) => {
            came.push([port, dir, [...frame.view()]]);
            frame.start -= 4;
            frame.bytes[frame.start] = 0xaa;
            return Verdict.Modified;
          }, most);
          here.take((port, dir, verdict, frame) => back.push([port, dir, verdict, frame.length, frame.view()[0]]));
        };
        const steps = [...bursts];
        for (const { port, dir, frame } of all) {
          while (!here.offer(port, dir, frame)) pass(steps.pop() ?? FRAMES);
        }
        while (here.size > 0) pass(FRAMES);
        expect(came).toEqual(all.map(({ port, dir, frame }) => [port, dir, [...frame]]));
        expect(back).toEqual(all.map(({ port, dir, frame }) => [port, dir, Verdict.Modified, frame.length + 4, 0xaa]));
      }),
    );
  });

  it("refuses a frame while it is full, and one that is longer than a slot", () => {
    const [here, there] = ends();
    for (let i = 0; i < FRAMES; i++) expect(here.offer(i, "out", Uint8Array.of(i))).toBe(true);
    expect(here.offer(9, "out", Uint8Array.of(9))).toBe(false);
    there.process(() => Verdict.Drop, 1);
    // Not taken yet, so its slot is not free
    expect(here.offer(9, "out", Uint8Array.of(9))).toBe(false);
    expect(here.take(() => {})).toBe(1);
    expect(here.offer(9, "out", Uint8Array.of(9))).toBe(true);
    const empty = FrameRing.allocate(2, LONGEST);
    expect(empty.offer(0, "out", new Uint8Array(empty.slotLen))).toBe(false);
  });

  it("aligns frames for the engine: the guest's IP header stands on a word", () => {
    const [here, there] = ends();
    here.offer(0, "out", new Uint8Array(60));
    here.offer(0, "in", new Uint8Array(60));
    const starts: number[] = [];
    there.process((_port, _dir, frame) => {
      starts.push((frame.bytes.byteOffset + frame.start) % 4);
      return Verdict.Modified;
    }, FRAMES);
    expect(starts).toEqual([2, 0]);
  });

  it("goes on when its counts wrap", () => {
    const [here, there] = ends();
    const counts = new Int32Array(here.memory);
    for (const word of [16, 32, 48]) counts[word] = 0x7ffffffd;
    const lengths: number[] = [];
    for (let i = 1; i <= 6; i++) expect(here.offer(0, "out", new Uint8Array(i))).toBe(true);
    expect(there.waiting).toBe(6);
    there.process(() => Verdict.Modified, FRAMES);
    here.take((_port, _dir, _verdict, frame) => lengths.push(frame.length));
    expect(lengths).toEqual([1, 2, 3, 4, 5, 6]);
    expect(here.size).toBe(0);
  });

  it("opens no memory that holds no ring", () => {
    expect(() => new FrameRing(new SharedArrayBuffer(4096))).toThrow("Cannot open a frame ring");
    expect(() => FrameRing.allocate(6, LONGEST)).toThrow("6 slots are no power of two");
  });
});
