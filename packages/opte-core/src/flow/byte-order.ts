// Between numbers and their place in a word in memory order, which on the hosts that show words is little-endian.

/** The other byte order of the low 16 bits. */
export function swap16(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}

/** The other byte order of a 32-bit number, signed. */
export function swap32(value: number): number {
  return ((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}
