// Classic pcap (draft-ietf-opsawg-pcap): one interface, fixed record headers.

import { ByteReader } from "./byte-reader.js";
import { CaptureError } from "./capture-error.js";
import type { CapturePacket } from "./capture-packet.js";

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER_LEN = 24;
const RECORD_HEADER_LEN = 16;
const VERSION_MAJOR = 2;
const NS_PER_S = 1_000_000_000n;

/** Largest packet that tools write; a larger length is damage (libpcap's MAXIMUM_SNAPLEN). */
export const MAX_PACKET_LEN = 262_144;

/** Whether the file begins with one of pcap's magic numbers. */
export function isPcap(file: Uint8Array): boolean {
  return file.length >= 4 && (isMagic(new ByteReader(file, false)) || isMagic(new ByteReader(file, true)));
}

/** Reads the packets of a file for which {@link isPcap} holds. @throws CaptureError where it is damaged. */
export function* readPcap(file: Uint8Array): Generator<CapturePacket, void, undefined> {
  const reader = new ByteReader(file, isMagic(new ByteReader(file, true)));
  if (file.length < FILE_HEADER_LEN) {
    throw new CaptureError(0, `the file header is truncated: ${file.length} of ${FILE_HEADER_LEN} bytes`);
  }
  const major = reader.u16(4);
  if (major !== VERSION_MAJOR) throw new CaptureError(4, `pcap version ${major} is not supported`);
  const nsPerTick = reader.u32(0) === MAGIC_NANOSECONDS ? 1n : 1000n;
  // The upper half of the field says how long the frame check sequences are.
  const captureInterface = { linkType: reader.u32(20) & 0xffff };

  let offset = FILE_HEADER_LEN;
  while (offset < file.length) {
    const left = file.length - offset - RECORD_HEADER_LEN;
    if (left < 0) {
      throw new CaptureError(offset, `the last packet header is truncated: ${file.length - offset} of 16 bytes`);
    }
    const length = reader.u32(offset + 8);
    if (length > MAX_PACKET_LEN) {
      throw new CaptureError(offset, `a packet of ${length} bytes is longer than any capture holds`);
    }
    if (length > left) throw new CaptureError(offset, `the last packet is truncated: ${left} of ${length} bytes`);
    yield {
      interfaceIndex: 0,
      interface: captureInterface,
      timestampNs: BigInt(reader.u32(offset)) * NS_PER_S + BigInt(reader.u32(offset + 4)) * nsPerTick,
      originalLength: reader.u32(offset + 12),
      bytes: reader.slice(offset + RECORD_HEADER_LEN, length),
      offset,
    };
    offset += RECORD_HEADER_LEN + length;
  }
}

function isMagic(reader: ByteReader): boolean {
  const magic = reader.u32(0);
  return magic === MAGIC_MICROSECONDS || magic === MAGIC_NANOSECONDS;
}
