// The reference keeps packets in chains of segments; a frame here is one buffer. What its tests ask of chains that has a meaning for one
// buffer is asked here.

import { describe, expect, it } from "vitest";
import { innerFrame } from "../../test/frames.js";
import { guest, parsedOk, TCP4, TCP6 } from "../../test/parsing.js";
import { Frame } from "./frame.js";
import { parseGuest } from "./parse.js";
import { Packet } from "./packet.js";

const BYTES = Uint8Array.of(1, 2, 3, 4, 5);

describe("a frame", () => {
  it("has its own copy of what it is made from, with room in front (uninitialized_packet, wrap, prefix_len)", () => {
    for (const frame of [Frame.ofGuest(BYTES), Frame.ofUnderlay(BYTES)]) {
      expect(frame.toBytes()).toEqual(BYTES);
      expect(frame.length).toBe(5);
      expect(frame.start).toBeGreaterThanOrEqual(322);
      frame.bytes[frame.start] = 9;
      expect(BYTES[0]).toBe(1);
    }
    const fresh = Frame.allocate(60);
    expect([fresh.length, fresh.toBytes()]).toEqual([60, new Uint8Array(60)]);
  });

  it("grows into its headroom and tailroom and shrinks again, and its bytes stay where they are (expand_and_shrink)", () => {
    const frame = new Frame(Uint8Array.of(0, 0, ...BYTES, 0, 0), 2, 7);
    frame.start -= 2;
    frame.end += 2;
    expect(frame.toBytes()).toEqual(Uint8Array.of(0, 0, ...BYTES, 0, 0));
    frame.start += 3;
    frame.end -= 4;
    expect(frame.toBytes()).toEqual(Uint8Array.of(2, 3));
  });

  it("can be cut to nothing (truncate)", () => {
    const frame = Frame.ofGuest(BYTES);
    frame.end = frame.start + 2;
    expect(frame.view()).toEqual(Uint8Array.of(1, 2));
    frame.end = frame.start;
    expect([frame.length, frame.view()]).toEqual([0, new Uint8Array(0)]);
  });

  it("cannot have bounds outside its buffer (read_seg)", () => {
    for (const [start, end] of [
      [-1, 2],
      [3, 2],
      [0, 6],
      [Number.NaN, 2],
    ] as const) {
      expect(() => new Frame(BYTES.slice(), start, end)).toThrow(RangeError);
    }
  });

  it("takes an answer of any length, in a larger buffer if it must (test_long_packet_continuation)", () => {
    const frame = new Frame(new Uint8Array(400), 0, 0);
    for (const length of [14, 74, 1500, 65_535, 60]) {
      frame.reset(length);
      expect(frame.length).toBe(length);
      expect(frame.start).toBeGreaterThanOrEqual(322);
      expect(frame.view()).toHaveLength(length);
    }
  });
});

describe("frames one after the other (chain_append, chain_pop, chain_drain)", () => {
  it("leave nothing of one in the packet of the next, whatever their order", () => {
    const frames = [TCP4, TCP6, { ...TCP4, proto: 17 }, { ...TCP6, proto: 58 }].map(innerFrame);
    const reused = new Packet();
    for (const first of frames) {
      for (const second of frames) {
        for (const bytes of [first, second]) {
          const fresh = new Packet();
          for (const packet of [fresh, reused]) {
            packet.frame = Frame.ofGuest(bytes);
            expect(parseGuest(packet, packet.frame)).toBe(true);
          }
          expect(reused.flow.toString()).toBe(fresh.flow.toString());
          expect([reused.ether, reused.ip, reused.ulp, reused.body]).toEqual([
            fresh.ether,
            fresh.ip,
            fresh.ulp,
            fresh.body,
          ]);
        }
      }
    }
  });
});

describe("a frame in a buffer that holds more", () => {
  it("is read to its end and no further, be it one that segments would straddle (read_single_segment, read_multi_segment)", () => {
    const bytes = innerFrame({ ...TCP4, body: BYTES });
    const alone = parsedOk(guest(bytes));
    for (const behind of [0, 1, 200]) {
      const buffer = new Uint8Array(bytes.length + 10 + behind).fill(0xee);
      buffer.set(bytes, 10);
      const packet = new Packet();
      packet.frame = new Frame(buffer, 10, 10 + bytes.length);
      expect(parseGuest(packet, packet.frame)).toBe(true);
      expect(packet.flow.toString()).toBe(alone.flow.toString());
      expect([packet.ip - 10, packet.ulp - 10, packet.body - 10]).toEqual(
        [alone.ip, alone.ulp, alone.body].map((at) => at - alone.ether),
      );
      expect(buffer.subarray(packet.body, packet.frame.end)).toEqual(BYTES);
    }
  });

  it("whose TCP header is cut is refused, though the rest of it stands behind in the buffer (straddled_tcp)", () => {
    const bytes = innerFrame(TCP4);
    for (let end = 34; end < bytes.length; end++) {
      const packet = new Packet();
      packet.frame = new Frame(bytes.slice(), 0, end);
      expect(parseGuest(packet, packet.frame)).toBe(false);
    }
  });
});
