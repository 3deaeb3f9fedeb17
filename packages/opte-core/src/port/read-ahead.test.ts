import { describe, expect, it } from "vitest";
import { innerFrame, tunnelFrame, type InnerSpec } from "../../test/frames.js";
import { knownOption, TCP4, TCP6, TUNNEL } from "../../test/parsing.js";
import { FlowTable } from "../flow/flow-table.js";
import { Frame } from "../packet/frame.js";
import { Packet } from "../packet/packet.js";
import { parseGeneve, parseGuest } from "../packet/parse.js";
import { FRAMES_AHEAD, LEAST_ENTRIES, ReadAhead } from "./read-ahead.js";
import { TCP_SLOT } from "./uft.js";

const OWNER_WORDS = 32;
const OPTION = { class: 0x0129, type: 2, words: 1 };

const KINDS: readonly (readonly [string, InnerSpec])[] = [
  ["UDP over IPv4", { ...TCP4, proto: 17 }],
  ["TCP over IPv4", TCP4],
  ["an echo over IPv4", { ...TCP4, proto: 1, info: [0x0800, 1] }],
  ["UDP over IPv6", { ...TCP6, proto: 17 }],
  ["TCP over IPv6", TCP6],
  ["an echo over IPv6", { ...TCP6, proto: 58, info: [0x8000, 1] }],
];
const WAYS: readonly (readonly [string, (inner: Uint8Array) => Frame])[] = [
  ["of a guest", (inner) => Frame.ofGuest(inner)],
  ["in a tunnel", (inner) => Frame.ofUnderlay(tunnelFrame(TUNNEL, inner))],
  ["in a tunnel with an option", (inner) => Frame.ofUnderlay(tunnelFrame({ ...TUNNEL, options: [OPTION] }, inner))],
];

function framesOf(spec: InnerSpec, wrap: (inner: Uint8Array) => Frame, first: number): Frame[] {
  return Array.from({ length: FRAMES_AHEAD }, (_, i) => wrap(innerFrame({ ...spec, info: [spec.info[0], first + i] })));
}

/** A table with the flows of `frames`, whose entries have TCP entries, among as many others as there must be. */
function tableOf(frames: readonly Frame[], size: number): { table: FlowTable; tcp: FlowTable } {
  const table = new FlowTable(size, OWNER_WORDS);
  const tcp = new FlowTable(size, OWNER_WORDS);
  const packet = new Packet();
  for (const frame of frames) {
    const isParsed = (frame.start & 3) === 0 ? parseGeneve(packet, frame, knownOption) : parseGuest(packet, frame);
    expect(isParsed).toBe(true);
    table.setWord(table.insert(packet.flow.words, 0), TCP_SLOT, tcp.insert(packet.flow.words, 0));
  }
  for (let i = table.size; i < size; i++) {
    packet.flow.words[4] = i;
    packet.flow.words[8] = -1;
    table.insert(packet.flow.words, 0);
  }
  return { table, tcp };
}

describe("reading ahead", () => {
  describe.each(WAYS)("of frames %s", (_way, wrap) => {
    it.each(KINDS)("finds the entry of each with %s", (_kind, spec) => {
      const frames = framesOf(spec, wrap, 1);
      const { table, tcp } = tableOf(frames, LEAST_ENTRIES);
      const ahead = new ReadAhead(tcp);
      expect(ahead.read(table, frames, 0)).toBe(FRAMES_AHEAD);
      expect(ahead.read(table, frames, FRAMES_AHEAD - 3)).toBe(3);
      // Others come to places that are empty, or have another flow's
      expect(ahead.read(table, framesOf(spec, wrap, 30_000), 0)).toBeLessThan(FRAMES_AHEAD);
    });
  });

  it("leaves a table alone that is in the cache anyway", () => {
    const frames = framesOf(TCP4, Frame.ofGuest, 1);
    const { table, tcp } = tableOf(frames, LEAST_ENTRIES - 1);
    expect(new ReadAhead(tcp).read(table, frames, 0)).toBe(0);
  });

  it("takes any bytes", () => {
    const { table, tcp } = tableOf(framesOf(TCP4, Frame.ofGuest, 1), LEAST_ENTRIES);
    const ahead = new ReadAhead(tcp);
    const whole = KINDS.flatMap(([, spec]) => WAYS.map(([, wrap]) => wrap(innerFrame(spec))));
    let cut = 0;
    for (const { bytes, start, end } of whole) {
      for (let last = start; last <= end; last++) {
        for (const from of [start, start + 1, start + 2]) {
          if (from > last) continue;
          // The buffer ends with the frame
          cut += ahead.read(table, [new Frame(bytes.slice(0, last), from, last)], 0);
        }
      }
    }
    expect(cut).toBeGreaterThan(0);
    expect(cut).toBeLessThan(whole.length * 100);
  });
});
