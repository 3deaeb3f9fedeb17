import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameSplitter, lengthPrefixed, MAX_FRAME_LEN } from "./frame-splitter.js";

describe("FrameSplitter", () => {
  it("gives back the frames of a stream, wherever it was cut", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), fc.array(fc.nat(40)), (frames, cuts) => {
        const stream = Buffer.concat(frames.map(lengthPrefixed));
        const splitter = new FrameSplitter();
        const received: Uint8Array[] = [];
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          received.push(...splitter.push(stream.subarray(at, at + cut)));
          at += cut;
        }
        received.push(...splitter.push(stream.subarray(at)));
        expect(received).toEqual(frames);
      }),
    );
  });

  it("refuses a length that no frame has, before it waits for that many bytes", () => {
    const splitter = new FrameSplitter();
    const head = Buffer.alloc(4);
    head.writeUInt32BE(MAX_FRAME_LEN + 1);
    expect(() => splitter.push(head)).toThrow("A frame of 65537 bytes is longer than 65536");
  });
});
