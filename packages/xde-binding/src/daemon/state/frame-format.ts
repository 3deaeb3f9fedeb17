// The bytes of a state file: a head that names the format, then frames that each carry a checksum and are chained to the one before.
//
//   file   magic (8 bytes), frames
//   frame  length of the payload u32be, CRC-32 of the payload, CRC-32 of these 8 bytes begun with that of the frame before, payload
//   payload  records: kind u8, length u32be, bytes

import { crc32 } from "node:zlib";

/** Names the format and its version. */
export const MAGIC: Buffer = Buffer.from("OPTEXDE1", "latin1");

const HEAD_LEN = 12;
const RECORD_HEAD_LEN = 5;

/** One thing that a frame says. What its bytes are depends on its kind. */
export interface StateRecord {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

/** Where a chain of frames has come to. */
export interface ChainEnd {
  /** Length of the file, in bytes. */
  readonly offset: number;
  /** What the next frame's head is begun with. */
  readonly chain: number;
}

/** The end of a file without frames. */
export const EMPTY: ChainEnd = { offset: MAGIC.length, chain: 0 };

/** The bytes of one frame behind `end`, and the end of the file with it. */
export function encodeFrame(
  records: readonly StateRecord[],
  end: ChainEnd,
): { readonly frame: Buffer; readonly end: ChainEnd } {
  const length = records.reduce((sum, { bytes }) => sum + RECORD_HEAD_LEN + bytes.length, 0);
  const frame = Buffer.allocUnsafe(HEAD_LEN + length);
  let at = HEAD_LEN;
  for (const { kind, bytes } of records) {
    at = frame.writeUInt8(kind, at);
    at = frame.writeUInt32BE(bytes.length, at);
    frame.set(bytes, at);
    at += bytes.length;
  }
  frame.writeUInt32BE(length, 0);
  frame.writeUInt32BE(crc32(frame.subarray(HEAD_LEN)), 4);
  const chain = crc32(frame.subarray(0, 8), end.chain);
  frame.writeUInt32BE(chain, 8);
  return { frame, end: { offset: end.offset + frame.length, chain } };
}

/** What a state file says. */
export interface StateContent {
  /** The records of each whole frame, in order. */
  readonly frames: readonly (readonly StateRecord[])[];
  readonly end: ChainEnd;
  /** Bytes of a last frame that was never written whole, and so was never acknowledged. */
  readonly tornBytes: number;
}

/** Where and why a state file cannot be what was written. */
export interface StateFault {
  /** Byte of the file. */
  readonly offset: number;
  readonly problem: string;
}

/**
 * Reads a state file. A file that ends before its last frame does is torn: the write was cut short, nothing behind it counts. Anything else
 * that does not fit is damage.
 */
export function readFrames(file: Buffer): StateContent | StateFault {
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) {
    return { offset: 0, problem: `it does not begin with "${MAGIC.toString("latin1")}"` };
  }
  const frames: (readonly StateRecord[])[] = [];
  let end = EMPTY;
  for (;;) {
    const { offset } = end;
    const rest = file.length - offset;
    if (rest < HEAD_LEN) return { frames, end, tornBytes: rest };
    const chain = crc32(file.subarray(offset, offset + 8), end.chain);
    if (file.readUInt32BE(offset + 8) !== chain) return { offset, problem: "the checksum of a frame's head is wrong" };
    const length = file.readUInt32BE(offset);
    if (rest < HEAD_LEN + length) return { frames, end, tornBytes: rest };
    const payload = file.subarray(offset + HEAD_LEN, offset + HEAD_LEN + length);
    if (file.readUInt32BE(offset + 4) !== crc32(payload))
      return { offset, problem: "the checksum of a frame is wrong" };
    const records = readRecords(payload);
    if (records === undefined) return { offset, problem: "the records of a frame do not fill it" };
    frames.push(records);
    end = { offset: offset + HEAD_LEN + length, chain };
  }
}

function readRecords(payload: Buffer): StateRecord[] | undefined {
  const records: StateRecord[] = [];
  let at = 0;
  while (at < payload.length) {
    if (payload.length - at < RECORD_HEAD_LEN) return undefined;
    const kind = payload.readUInt8(at);
    const length = payload.readUInt32BE(at + 1);
    at += RECORD_HEAD_LEN;
    if (payload.length - at < length) return undefined;
    records.push({ kind, bytes: payload.subarray(at, at + length) });
    at += length;
  }
  return records;
}
