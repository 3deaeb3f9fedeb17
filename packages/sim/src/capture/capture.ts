// Capture files: reads packets out of classic pcap and pcapng, whatever their byte order and time resolution.

import { ByteReader } from "./byte-reader.js";
import { CaptureError } from "./capture-error.js";
import type { CapturePacket } from "./capture-packet.js";
import { isPcap, readPcap } from "./pcap-reader.js";
import { isPcapng, readPcapng } from "./pcapng-reader.js";

/** Link type of Ethernet frames (LINKTYPE_ETHERNET). */
export const LINKTYPE_ETHERNET = 1;

/**
 * Reads the packets of a capture file one by one, in file order.
 *
 * @throws CaptureError if the file is no capture, or, behind the last good packet, where it is truncated or corrupt.
 */
export function* readCapture(file: Uint8Array): Generator<CapturePacket, void, undefined> {
  if (file.length === 0) throw new CaptureError(0, "the file is empty");
  if (isPcapng(file)) yield* readPcapng(file);
  else if (isPcap(file)) yield* readPcap(file);
  else throw new CaptureError(0, describeForeignFile(file));
}

/** Why the engine cannot be given this packet, as a sentence for the user; `undefined` if it can. */
export function packetProblem(packet: CapturePacket): string | undefined {
  const { linkType } = packet.interface;
  if (linkType !== LINKTYPE_ETHERNET) return `Link type ${linkType} is not Ethernet (${LINKTYPE_ETHERNET})`;
  if (packet.bytes.length < packet.originalLength) {
    return `Only ${packet.bytes.length} of ${packet.originalLength} bytes were captured`;
  }
  return undefined;
}

function describeForeignFile(file: Uint8Array): string {
  const reader = new ByteReader(file, false);
  if (file.length >= 2 && reader.u16(0) === 0x1f8b) return "the file is compressed with gzip; decompress it first";
  if (file.length >= 4 && (reader.u32(0) === 0xa1b2cd34 || reader.u32(0) === 0x34cdb2a1)) {
    return "the file is in the modified pcap format of old Linux tools, which is not supported";
  }
  const start = Array.from(file.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `the file is neither pcap nor pcapng: it begins with ${start}`;
}
