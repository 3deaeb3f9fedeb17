// CRC-32 (IEEE 802.3, as zlib computes it), a byte at a time. Starts at -1; the sum is the complement of what comes out.

const TABLE: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** Takes one byte, of which only the low eight bits count, into a CRC. */
export function crcByte(crc: number, byte: number): number {
  // Unwrap: the table has 256 entries, and no index goes beyond.
  return (TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
}
