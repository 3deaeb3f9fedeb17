// Frames on a stream, in whatever pieces they come.

import fc from "fast-check";
import { API_VERSION } from "opte-api";
import { IOCTL_SZ, type OpteCmdIoctl } from "opte-api/codec";
import { describe, expect, it } from "vitest";
import { answerFrame, type Frame, FrameError, FrameReader, readAnswer, requestFrame } from "./socket-frame.js";

const ARGUMENT: OpteCmdIoctl = {
  apiVersion: API_VERSION,
  cmd: 33,
  flags: 0,
  reserved1: 1,
  reqBytes: 0n,
  reqLen: 3,
  respBytes: 0n,
  respLen: 16_384,
  respLenNeeded: 0,
};

function bodies(reader: FrameReader, piece: Uint8Array): Uint8Array[] {
  return Array.from(reader.push(piece), ({ body }) => body);
}

describe("a frame", () => {
  it("is a length, 72 bytes and a body", () => {
    const bytes = requestFrame(ARGUMENT, Uint8Array.of(7, 8, 9));
    expect(Array.from(bytes.subarray(0, 4))).toEqual([0, 0, 0, 75]);
    expect(Array.from(bytes.subarray(4, 12))).toEqual([41, 0, 0, 0, 0, 0, 0, 0]);
    expect(Array.from(bytes.subarray(76))).toEqual([7, 8, 9]);
  });

  it("holds the error number of an answer where the argument has padding", () => {
    const argument = requestFrame(ARGUMENT, new Uint8Array()).subarray(4);
    const [frame] = new FrameReader().push(answerFrame(argument, -2, new Uint8Array()));
    expect(frame && readAnswer(frame)).toEqual({ errno: -2, argument: ARGUMENT });
  });
});

describe("the reader", () => {
  it("puts frames together whatever pieces they come in", () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (sent, lengths) => {
        const stream = Uint8Array.from(sent.flatMap((body) => Array.from(requestFrame(ARGUMENT, body))));
        const reader = new FrameReader();
        const received: Uint8Array[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const length = lengths[i % lengths.length] ?? 1;
          received.push(...bodies(reader, stream.subarray(at, at + length)));
          at += length;
        }
        expect(received).toEqual(sent);
      }),
    );
  });

  it("takes 16 MiB in small pieces without copying them again and again", () => {
    const body = new Uint8Array(16 * 2 ** 20).map((_, i) => i % 251);
    const bytes = requestFrame(ARGUMENT, body);
    const reader = new FrameReader();
    const received: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 4096) received.push(...bodies(reader, bytes.subarray(at, at + 4096)));
    expect(received).toHaveLength(1);
    expect(Buffer.compare(received[0] ?? new Uint8Array(), body)).toBe(0);
  });

  it("passes over bodies that are longer than it takes, whatever pieces they come in, and keeps their length", () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(frames, fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 400 }), (sent, most, length) => {
        const stream = Uint8Array.from(sent.flatMap((body) => Array.from(requestFrame(ARGUMENT, body))));
        const reader = new FrameReader(most);
        const received: Frame[] = [];
        for (let at = 0; at < stream.length; at += length) {
          for (const frame of reader.push(stream.subarray(at, at + length)))
            received.push({ ...frame, argument: frame.argument.slice() });
        }
        expect(received).toEqual(
          sent.map((body) => ({
            argument: requestFrame(ARGUMENT, body).subarray(4, 76),
            body: body.length > most ? new Uint8Array() : body,
            bodyLen: body.length,
          })),
        );
        expect(reader.isWithinFrame).toBe(false);
      }),
    );
  });

  it("knows whether it is in the middle of a frame", () => {
    const bytes = requestFrame(ARGUMENT, Uint8Array.of(7, 8, 9));
    for (const reader of [new FrameReader(), new FrameReader(0)]) {
      expect(reader.isWithinFrame).toBe(false);
      bodies(reader, bytes.subarray(0, 1));
      expect(reader.isWithinFrame).toBe(true);
      bodies(reader, bytes.subarray(1, 78));
      expect(reader.isWithinFrame).toBe(true);
      bodies(reader, bytes.subarray(78));
      expect(reader.isWithinFrame).toBe(false);
    }
  });

  it.each([0, IOCTL_SZ - 1, IOCTL_SZ + 16 * 2 ** 20 + 1, 0xffff_ffff])(
    "refuses a length of %d before its bytes come",
    (length) => {
      const head = new Uint8Array(4);
      new DataView(head.buffer).setUint32(0, length);
      expect(() => bodies(new FrameReader(), head)).toThrow(FrameError);
    },
  );
});
