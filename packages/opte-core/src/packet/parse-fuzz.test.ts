// Feeds the parsers a million mutated frames (targets parse-in and parse-out of the reference).

import { describe, expect, it } from "vitest";
import { innerFrame, tunnelFrame } from "../../test/frames.js";
import { knownOption, TCP4, TCP6, TUNNEL } from "../../test/parsing.js";
import { Frame } from "./frame.js";
import { Packet } from "./packet.js";
import { parseGeneve, parseGuest } from "./parse.js";

const FRAMES = 1_000_000;
const SEED = 0x6f707465;

const UDP_PADDED = { ...TCP4, proto: 17, info: [68, 67] as const, padding: 9, body: new Uint8Array(30).fill(7) };
const EXTENDED = { ...TCP6, extensions: [[0, 1] as const, [43, 0] as const, [44, 0] as const], tcpOptions: 3 };
const ECHO6 = { ...TCP6, proto: 58, info: [0x8000, 7] as const };
const OPTIONS = [
  { class: 0x0129, type: 0, words: 0 },
  { class: 0x0129, type: 2, words: 1 },
  { class: 0xffff, type: 0x80, words: 2 },
];

const INNER = [TCP4, { ...TCP4, proto: 1, ipOptions: 4 }, UDP_PADDED, TCP6, EXTENDED, ECHO6].map(innerFrame);
const CORPUS: readonly Uint8Array[] = [
  ...INNER,
  Uint8Array.of(...new Uint8Array(12), 0x08, 0x06, ...new Uint8Array(28)),
  ...INNER.map((frame) => tunnelFrame(TUNNEL, frame)),
  tunnelFrame({ ...TUNNEL, flags: 0x40, options: OPTIONS.slice(0, 2) }, innerFrame(TCP4)),
  tunnelFrame({ ...TUNNEL, flags: 0x40, options: OPTIONS, extensions: [[0, 0]] }, innerFrame(UDP_PADDED)),
];

/** xorshift32: the same numbers everywhere, for ever. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** What must hold of an accepted packet: every header lies inside the frame, in its place behind the one before. */
function isSound(packet: Packet): boolean {
  const { frame, ether, ip, ipLen, ulp, ulpLen, body } = packet;
  const tunnel = [packet.outerEther, packet.outerIp, packet.outerUdp, packet.geneve];
  const isOrdered =
    packet.outerEther < 0
      ? tunnel.every((at) => at === -1) && ether === frame.start
      : packet.outerEther === frame.start &&
        packet.outerIp === frame.start + 14 &&
        packet.outerUdp === packet.outerIp + packet.outerIpLen &&
        packet.geneve === packet.outerUdp + 8 &&
        ether === packet.geneve + packet.geneveLen;
  if (!isOrdered) return false;
  if (ip < 0) return packet.flow.isDefault && body === ether + 14 && body < frame.end;
  return (
    ip === ether + 14 &&
    ulp === ip + ipLen &&
    body === ulp + ulpLen &&
    body <= frame.end &&
    packet.protoAt > ip &&
    packet.protoAt < ulp &&
    frame.bytes[packet.protoAt] === packet.proto &&
    packet.flow.proto === packet.proto
  );
}

/** Where the parsers find IP headers on a word boundary, and read nearly all packets in one go. */
const GUEST_START = 2;
const TUNNEL_START = 4;

const OFFSETS = ["outerEther", "outerIp", "outerUdp", "geneve", "ether", "ip", "protoAt", "ulp", "body"] as const;
const VALUES = ["outerIpLen", "geneveLen", "vni", "etherType", "ipVersion", "ipLen", "proto", "ulpLen"] as const;

/** Whether `moved`, whose frame begins one byte later, has everything that `packet` has. */
function isSameMoved(packet: Packet, moved: Packet): boolean {
  return (
    OFFSETS.every((name) => (packet[name] < 0 ? moved[name] === packet[name] : moved[name] === packet[name] + 1)) &&
    VALUES.every((name) => moved[name] === packet[name]) &&
    packet.flow.words.every((word, i) => moved.flow.words[i] === word)
  );
}

describe("the parsers, fed a million mutated frames", () => {
  it("never throw, always decide, accept only what lies inside the frame, and read it alike wherever it stands", () => {
    const random = randomFrom(SEED);
    const packet = new Packet();
    // Random bytes behind the frame, which no decision may depend on.
    const buffer = Uint8Array.from({ length: 1024 }, () => random(256));
    const frame = new Frame(buffer, 2, 2);
    // The same a byte further, where no header is on a boundary, so that everything is read step by step
    const moved = new Packet();
    const movedFrame = new Frame(new Uint8Array(1025), 3, 3);
    let accepted = 0;
    let plain = 0;
    const wrong = { unsound: 0, undecided: 0, different: 0 };
    for (let i = 0; i < FRAMES; i++) {
      const sample = CORPUS[random(CORPUS.length)] ?? new Uint8Array(0);
      const isGuest = random(2) === 0;
      const start = isGuest ? GUEST_START : TUNNEL_START;
      buffer.set(sample, start);
      frame.start = start;
      frame.end = start + (random(4) === 0 ? random(sample.length + 1) : sample.length + random(2) * random(16));
      for (let mutations = random(5); mutations > 0; mutations--) {
        // Three in four hit the headers, where a byte decides something.
        const at = start + random(random(4) === 0 ? sample.length : Math.min(sample.length, 100));
        buffer[at] = random(2) === 0 ? random(256) : (buffer[at] ?? 0) ^ (1 << random(8));
      }
      movedFrame.bytes.set(buffer, 1);
      movedFrame.start = frame.start + 1;
      movedFrame.end = frame.end + 1;
      const parse = (into: Packet, from: Frame): unknown =>
        isGuest ? parseGuest(into, from) : parseGeneve(into, from, knownOption);
      const result = parse(packet, frame);
      const isSame =
        parse(moved, movedFrame) === result &&
        !moved.isPlain &&
        (result === true
          ? isSameMoved(packet, moved)
          : JSON.stringify(packet.parseError.toValue()) === JSON.stringify(moved.parseError.toValue()));
      if (!isSame) wrong.different++;
      if (typeof result !== "boolean") wrong.undecided++;
      else if (result) {
        accepted++;
        if (packet.isPlain) plain++;
        if (!isSound(packet)) wrong.unsound++;
      }
    }
    expect(wrong).toEqual({ undecided: 0, unsound: 0, different: 0 });
    // All outcomes are met often, or the frames would test nothing.
    expect(plain).toBeGreaterThan(FRAMES / 20);
    expect(accepted - plain).toBeGreaterThan(FRAMES / 20);
    expect(FRAMES - accepted).toBeGreaterThan(FRAMES / 20);
  });
});
