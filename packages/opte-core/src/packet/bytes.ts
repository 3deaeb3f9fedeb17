// Reads and writes of numbers in byte buffers: the one place where the packet path indexes them.
//
// Nothing here checks bounds: the parser has, and offsets it stores lie inside the frame. Network order unless said otherwise.

/** The byte at `at`. */
export function rd8(bytes: Uint8Array, at: number): number {
  return bytes[at] as number; // Unwrap: the caller has compared `at` with the end of the frame
}

/** Unsigned 16-bit number at `at`. */
export function rd16(bytes: Uint8Array, at: number): number {
  return (rd8(bytes, at) << 8) | rd8(bytes, at + 1);
}

/** Unsigned 32-bit number at `at`. */
export function rd32(bytes: Uint8Array, at: number): number {
  return rdSigned32(bytes, at) >>> 0;
}

/** The four bytes at `at` as a word in memory order, signed: the form of addresses and ports in a `FlowKey`. */
export function rdWord(bytes: Uint8Array, at: number): number {
  return rd8(bytes, at) | (rd8(bytes, at + 1) << 8) | (rd8(bytes, at + 2) << 16) | (rd8(bytes, at + 3) << 24);
}

/** Word `at` of a frame's words (`Frame.words`) or of a record. */
export function word32(words: Int32Array, at: number): number {
  return words[at] as number; // Unwrap: the caller's words cover what the parser, or the record's layout, has found to be there
}

/** Float `at` of a record's floats. */
export function float64(floats: Float64Array, at: number): number {
  return floats[at] as number; // Unwrap: as for words
}

/** Writes the low 16 bits of `value`. */
export function wr16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** Writes the low 32 bits of `value`. */
export function wr32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Writes a word in memory order, as {@link rdWord} reads it. */
export function wrWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word;
  bytes[at + 1] = word >>> 8;
  bytes[at + 2] = word >>> 16;
  bytes[at + 3] = word >>> 24;
}

function rdSigned32(bytes: Uint8Array, at: number): number {
  return (rd8(bytes, at) << 24) | (rd8(bytes, at + 1) << 16) | (rd8(bytes, at + 2) << 8) | rd8(bytes, at + 3);
}
