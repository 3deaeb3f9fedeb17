// Frames in a stream of bytes: each behind its length, u32be, as QEMU's `-netdev stream` sends them.

/** Longest frame that is taken, in bytes. */
export const MAX_FRAME_LEN = 0x1_0000;

const LENGTH_LEN = 4;

/** Puts frames together from the pieces of a stream. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * Takes the next piece.
   *
   * @returns the frames that it completes: copies, which the caller may keep
   * @throws RangeError if a length is over {@link MAX_FRAME_LEN}: what follows cannot be understood
   */
  push(piece: Buffer): Uint8Array[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const frames: Uint8Array[] = [];
    let at = 0;
    while (bytes.length - at >= LENGTH_LEN) {
      const length = bytes.readUInt32BE(at);
      if (length > MAX_FRAME_LEN) throw new RangeError(`A frame of ${length} bytes is longer than ${MAX_FRAME_LEN}`);
      if (bytes.length - at < LENGTH_LEN + length) break;
      at += LENGTH_LEN;
      frames.push(Uint8Array.from(bytes.subarray(at, at + length)));
      at += length;
    }
    this.#rest = Buffer.from(bytes.subarray(at));
    return frames;
  }
}

/** A frame behind its length. */
export function lengthPrefixed(frame: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_LEN + frame.length);
  bytes.writeUInt32BE(frame.length);
  bytes.set(frame, LENGTH_LEN);
  return bytes;
}
