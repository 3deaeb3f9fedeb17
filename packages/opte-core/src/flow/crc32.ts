// CRC-32 (IEEE 802.3, as zlib computes it), a byte or four at a time. Starts at -1; the sum is the complement of what comes out.

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

/** What a byte does to the sum when one, two and three more bytes follow. */
const ONE_MORE: Int32Array = TABLE.map((crc) => crcByte(crc, 0));
const TWO_MORE: Int32Array = ONE_MORE.map((crc) => crcByte(crc, 0));
const THREE_MORE: Int32Array = TWO_MORE.map((crc) => crcByte(crc, 0));

/** Takes the four bytes of a word, low byte first, into a CRC: {@link crcByte} four times, by four look-ups that need not wait for each other. */
export function crcWord(crc: number, bytes: number): number {
  const sum = crc ^ bytes;
  // Unwrap: each table has 256 entries, and no index goes beyond.
  const low = (THREE_MORE[sum & 0xff] as number) ^ (TWO_MORE[(sum >>> 8) & 0xff] as number);
  // Unwrap: as above.
  return low ^ (ONE_MORE[(sum >>> 16) & 0xff] as number) ^ (TABLE[sum >>> 24] as number);
}

/** Takes bytes from `from` to before `end` into a CRC, four at a time. */
export function crcBytes(crc: number, bytes: Uint8Array, from: number, end: number): number {
  let sum = crc;
  let i = from;
  for (; i + 4 <= end; i += 4) {
    const word = at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24);
    sum = crcWord(sum, word);
  }
  for (; i < end; i++) sum = crcByte(sum, at(bytes, i));
  return sum;
}

function at(bytes: Uint8Array, i: number): number {
  return bytes[i] as number; // Unwrap: `end` is not beyond the bytes
}
