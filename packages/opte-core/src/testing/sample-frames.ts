// Frames to try a network definition with: its own samples, and what guests and wires can make of them.

import type { Direction } from "opte-api";
import { Frame } from "../packet/frame.js";

/** A frame that a network carries. */
export interface SampleFrame {
  /** What it is, for messages: "TCP SYN of the guest". */
  readonly name: string;
  readonly dir: Direction;
  readonly bytes: Uint8Array;
}

/** The bytes of the buffer around a frame, which must make no difference. */
export interface Surroundings {
  readonly headroom: number;
  readonly tailroom: number;
  /** Value of every byte before and behind the frame. */
  readonly fill: number;
}

/** A place like those that links use. */
export const ROOMY: Surroundings = { headroom: 326, tailroom: 64, fill: 0 };

/** Places that show a parser which reads outside the frame, or relies on where it stands. */
export const PLACES: readonly Surroundings[] = [
  { headroom: 0, tailroom: 0, fill: 0 },
  { headroom: 1, tailroom: 64, fill: 0xff },
  { headroom: 324, tailroom: 64, fill: 0x45 },
];

/** Puts a copy of `bytes` into a buffer of its own. */
export function place(bytes: Uint8Array, { headroom, tailroom, fill }: Surroundings): Frame {
  const buffer = new Uint8Array(headroom + bytes.length + tailroom).fill(fill);
  buffer.set(bytes, headroom);
  return new Frame(buffer, headroom, headroom + bytes.length);
}

/** Bytes at the front of a frame that are changed one by one: every header of a tunnelled frame without long options. */
const HEADERS_LEN = 160;
/** What a byte is changed to: values that turn versions, lengths and kinds into others. */
const CHANGES: readonly ((byte: number) => number)[] = [
  (): number => 0,
  (): number => 0xff,
  (byte): number => byte ^ 0x01,
  (byte): number => (byte + 1) & 0xff,
  (byte): number => (byte + 0x10) & 0xff,
  (byte): number => byte ^ 0x40,
];
const SCRAMBLED = 64;
const SEED = 0x2545f491;

/**
 * The samples and frames made of them: cut short at every length, with each header byte changed, with many bytes changed, with bytes
 * behind, and in the other direction. The same samples always give the same frames.
 */
export function* oddFrames(samples: readonly SampleFrame[]): Generator<SampleFrame> {
  const random = xorshift32(SEED);
  for (const sample of samples) {
    yield sample;
    const { name, dir, bytes } = sample;
    yield { name: `${name} in the other direction`, dir: dir === "in" ? "out" : "in", bytes };
    for (let length = 0; length < bytes.length; length++) {
      yield { name: `${name} cut to ${length} bytes`, dir, bytes: bytes.slice(0, length) };
    }
    for (let at = 0; at < Math.min(bytes.length, HEADERS_LEN); at++) {
      for (const change of CHANGES) {
        const changed = bytes.slice();
        changed[at] = change(changed[at] ?? 0);
        yield { name: `${name} with byte ${at} set to ${changed[at] ?? 0}`, dir, bytes: changed };
      }
    }
    for (let i = 0; i < SCRAMBLED; i++) {
      yield { name: `${name} scrambled (${i})`, dir, bytes: scrambled(bytes, random) };
    }
    yield { name: `${name} with bytes behind`, dir, bytes: Uint8Array.of(...bytes, 1, 2, 3, 4, 5, 6, 7) };
  }
}

/**
 * Runs a check of one frame.
 *
 * @throws Error whose message names the frame in front of what is wrong with it
 */
export function about(sample: SampleFrame, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw new Error(`${describeFrame(sample)}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** A frame as a message shows it: what it is, and its bytes to reproduce with. */
export function describeFrame({ name, dir, bytes }: SampleFrame): string {
  return `${name} (${dir}, ${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")})`;
}

/** Changes up to eight bytes, most of them in the headers. */
function scrambled(bytes: Uint8Array, random: () => number): Uint8Array {
  const changed = bytes.slice();
  const range = random() % 4 === 0 ? bytes.length : Math.min(bytes.length, HEADERS_LEN);
  const changes = 1 + (random() % 8);
  for (let i = 0; i < changes && range > 0; i++) changed[random() % range] = random();
  return changed;
}

/** Marsaglia's xorshift: numbers that look random and are the same in every run. */
function xorshift32(seed: number): () => number {
  let state = seed;
  return (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
