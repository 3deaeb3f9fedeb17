// Writes pcap (draft-ietf-opsawg-pcap): Ethernet frames with times in nanoseconds, little-endian. For several interfaces, directions and
// comments there is the pcapng of opte-sim.

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const VERSION_MAJOR = 2;
const VERSION_MINOR = 4;
const SNAP_LEN = 0x40000;
const LINKTYPE_ETHERNET = 1;
const NS_PER_MS = 1_000_000;
const NS_PER_S = 1_000_000_000;

/** The head of a file. */
export function pcapHeader(): Uint8Array {
  const header = new Uint8Array(24);
  const view = new DataView(header.buffer);
  view.setUint32(0, MAGIC_NANOSECONDS, true);
  view.setUint16(4, VERSION_MAJOR, true);
  view.setUint16(6, VERSION_MINOR, true);
  view.setUint32(16, SNAP_LEN, true);
  view.setUint32(20, LINKTYPE_ETHERNET, true);
  return header;
}

/** A frame with its head. @param timeMs milliseconds since 1970-01-01 UTC, before 2106 */
export function pcapRecord(frame: Uint8Array, timeMs: number): Uint8Array {
  const record = new Uint8Array(16 + frame.length);
  const view = new DataView(record.buffer);
  const seconds = Math.floor(timeMs / 1000);
  view.setUint32(0, seconds, true);
  view.setUint32(4, Math.min(NS_PER_S - 1, Math.round((timeMs - seconds * 1000) * NS_PER_MS)), true);
  view.setUint32(8, frame.length, true);
  view.setUint32(12, frame.length, true);
  record.set(frame, 16);
  return record;
}
