// Integers of either byte order out of a byte string.

/** Reads unsigned integers at absolute offsets. Callers check bounds first. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.bytes = bytes;
    this.littleEndian = littleEndian;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u16(offset: number): number {
    return this.#view.getUint16(offset, this.littleEndian);
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, this.littleEndian);
  }

  i64(offset: number): bigint {
    return this.#view.getBigInt64(offset, this.littleEndian);
  }

  /** A view of the bytes from `offset`. */
  slice(offset: number, length: number): Uint8Array {
    return this.bytes.subarray(offset, offset + length);
  }
}
