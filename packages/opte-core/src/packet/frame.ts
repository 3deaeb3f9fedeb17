// One Ethernet frame in one buffer, with room in front for an encapsulation.
//
//   0          start                                end        capacity
//   |-headroom-|------------- frame ---------------|-tailroom-|
//
// The IP header that the engine rewrites should stand on a 4-byte boundary, so that addresses and ports move as 32-bit
// words: a guest's frame starts at 4n + 2 (IP at start + 14), a Geneve frame at 4n (inner IP at start + 70 + 14; an
// option adds 8, which keeps the boundary).

/** Longest frame that the engine accepts or makes, in bytes: a 64 KiB IP packet with its Ethernet header and encapsulation. */
export const MAX_FRAME_LEN = 65_535;

/** Headroom that fits the largest encapsulation the engine writes: Ethernet 14, IPv6 40, UDP 8, Geneve 8 + 252. */
export const MIN_HEADROOM = 322;

const GUEST_START = 326; // 4n + 2
const TUNNEL_START = 324; // 4n

const NO_WORDS = new Int32Array(0);
const IS_LITTLE_ENDIAN = new Uint8Array(Int32Array.of(1).buffer)[0] === 1;

/** A mutable frame; the engine moves `start` and `end`, never the buffer. */
export class Frame {
  /** The whole buffer, headroom and tailroom included. */
  bytes: Uint8Array;
  /** Offset of the first byte of the frame. */
  start: number;
  /** Offset behind the last byte of the frame. */
  end: number;

  #words: Int32Array = NO_WORDS;
  /** The buffer that `#words` shows. */
  #shown: Uint8Array | undefined = undefined;

  /**
   * @param bytes buffer; the frame is `bytes[start, end)`.
   * @throws RangeError if the bounds do not lie in the buffer.
   */
  constructor(bytes: Uint8Array, start: number, end: number) {
    if (!(start >= 0 && start <= end && end <= bytes.length)) {
      throw new RangeError(
        `Cannot make a frame: bounds ${start}..${end} lie outside a buffer of ${bytes.length} bytes`,
      );
    }
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** A frame with a buffer of its own for `length` bytes, headroom aligned for traffic from the guest. */
  static allocate(length: number): Frame {
    return new Frame(new Uint8Array(GUEST_START + length + 2), GUEST_START, GUEST_START + length);
  }

  /** Copies a guest's frame into a buffer of its own, with headroom. */
  static ofGuest(frame: Uint8Array): Frame {
    return Frame.#copy(frame, GUEST_START);
  }

  /** Copies an encapsulated frame from the underlay into a buffer of its own, aligned for its inner headers. */
  static ofUnderlay(frame: Uint8Array): Frame {
    return Frame.#copy(frame, TUNNEL_START);
  }

  static #copy(frame: Uint8Array, start: number): Frame {
    const bytes = new Uint8Array(start + frame.length);
    bytes.set(frame, start);
    return new Frame(bytes, start, bytes.length);
  }

  /**
   * The buffer as words in memory order, word n at byte 4n, for headers on a 4-byte boundary. Empty where that cannot be had: the buffer
   * begins between boundaries of its memory, or the host is big-endian.
   */
  get words(): Int32Array {
    if (this.#shown !== this.bytes) this.#showWords();
    return this.#words;
  }

  #showWords(): void {
    const { buffer, byteOffset, length } = this.bytes;
    const canShow = IS_LITTLE_ENDIAN && byteOffset % 4 === 0;
    this.#words = canShow ? new Int32Array(buffer, byteOffset, length >> 2) : NO_WORDS;
    this.#shown = this.bytes;
  }

  /** Length of the frame in bytes. */
  get length(): number {
    return this.end - this.start;
  }

  /** The frame's bytes, a view: valid until the frame is changed. */
  view(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }

  /** A copy of the frame's bytes. */
  toBytes(): Uint8Array {
    return this.bytes.slice(this.start, this.end);
  }

  /** Makes this frame `length` bytes long with unspecified content, growing its buffer if it must. For replies. */
  reset(length: number): void {
    if (GUEST_START + length > this.bytes.length) this.bytes = new Uint8Array(GUEST_START + length);
    this.start = GUEST_START;
    this.end = GUEST_START + length;
  }
}
