// Reading fixed-length values out of bytes, with the length checked once.

/** @throws RangeError unless `bytes` has exactly `length` bytes; `type` is a noun for the message. */
export function checkLength(bytes: Uint8Array, length: number, type: string): void {
  if (bytes.length !== length) {
    throw new RangeError(`Cannot read ${type} from ${bytes.length} bytes: exactly ${length} are needed`);
  }
}

/** @throws RangeError unless `value` is an integer from 0 to `max`; `name` says which value. */
export function checkUnsigned(value: number, max: number, name: string): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`${name} ${value} is not an integer from 0 to ${max}`);
  }
}

/** The unsigned big-endian 16-bit number at `at`; bytes behind the end count as zero. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** The unsigned big-endian 32-bit number at `at`; bytes behind the end count as zero. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return ((readUint16(bytes, at) << 16) | readUint16(bytes, at + 2)) >>> 0;
}

/** Lower-case hex of `bytes`, without separators. */
export function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
