// Ioctls on a stream of bytes; docs/socket-protocol.md describes the same for other languages.
//
//    0  length    u32, big-endian: of what follows, at least 72
//    4  argument  72 bytes as in memory, its pointers null; of an answer, the padding at 12 holds the error number, i32 little-endian
//   76  body      of a request: `reqLen` bytes; of an answer: `respLenNeeded` bytes if the copy-out flag is set, else none

import { decodeOpteCmdIoctl, encodeOpteCmdIoctl, IOCTL_SZ, MAX_MESSAGE_LEN, type OpteCmdIoctl } from "opte-api/codec";

const LENGTH_LEN = 4;
const HEAD_LEN = LENGTH_LEN + IOCTL_SZ;
const MAX_FRAME_LEN = IOCTL_SZ + MAX_MESSAGE_LEN;
/** Padding of the argument in memory. */
const ERRNO_OFFSET = 12;

/** A frame without its length. */
export interface Frame {
  /** 72 bytes. */
  readonly argument: Uint8Array;
  /** Empty if it was longer than its reader takes. */
  readonly body: Uint8Array;
  /** In bytes, of the body that was sent. */
  readonly bodyLen: number;
}

/** The head of a frame whose body is passed over. */
interface Passing {
  readonly argument: Uint8Array;
  readonly bodyLen: number;
  /** Bytes of the body that are still to come. */
  left: number;
}

/** What comes in is no frame: there is no telling where the next one begins. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** The bytes of a request. */
export function requestFrame(argument: OpteCmdIoctl, body: Uint8Array): Uint8Array {
  return frame(encodeOpteCmdIoctl(argument), body);
}

/** The bytes of an answer. */
export function answerFrame(argument: Uint8Array, errno: number, body: Uint8Array): Uint8Array {
  const bytes = frame(argument, body);
  new DataView(bytes.buffer).setInt32(LENGTH_LEN + ERRNO_OFFSET, errno, true);
  return bytes;
}

/** Error number and argument of an answer. @throws CodecError */
export function readAnswer({ argument }: Frame): { readonly errno: number; readonly argument: OpteCmdIoctl } {
  const view = new DataView(argument.buffer, argument.byteOffset, argument.byteLength);
  return { errno: view.getInt32(ERRNO_OFFSET, true), argument: decodeOpteCmdIoctl(argument) };
}

/** Puts frames together from the pieces in which a stream delivers them. */
export class FrameReader {
  readonly #maxBodyLen: number;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #passing: Passing | undefined;

  /** @param maxBodyLen of longer bodies nothing is kept but their length */
  constructor(maxBodyLen: number = MAX_MESSAGE_LEN) {
    this.#maxBodyLen = maxBodyLen;
  }

  /** Whether a frame has begun and is not complete. */
  get isWithinFrame(): boolean {
    return this.#length > 0 || this.#passing !== undefined;
  }

  /**
   * The frames that `piece` completes; what is left waits for the next piece. Never holds more than one frame that is not complete.
   *
   * @throws FrameError for a length that no frame has
   */
  *push(piece: Uint8Array): Generator<Frame, undefined> {
    if (piece.length > 0) this.#pieces.push(piece);
    this.#length += piece.length;
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) yield frame;
    return undefined;
  }

  #next(): Frame | undefined {
    if (this.#passing !== undefined) return this.#pass(this.#passing);
    const bodyLen = this.#bodyLen();
    if (bodyLen === undefined) return undefined;
    if (bodyLen > this.#maxBodyLen) {
      if (this.#length < HEAD_LEN) return undefined;
      this.#passing = { argument: this.#take(HEAD_LEN).slice(LENGTH_LEN), bodyLen, left: bodyLen };
      return this.#pass(this.#passing);
    }
    if (this.#length < HEAD_LEN + bodyLen) return undefined;
    const bytes = this.#take(HEAD_LEN + bodyLen);
    return { argument: bytes.subarray(LENGTH_LEN, HEAD_LEN), body: bytes.subarray(HEAD_LEN), bodyLen };
  }

  /** Lets go of what has come of a body; the frame, if that was its end. */
  #pass(passing: Passing): Frame | undefined {
    while (passing.left > 0) {
      const [piece] = this.#pieces;
      if (piece === undefined) return undefined;
      passing.left -= this.#take(Math.min(piece.length, passing.left)).length;
    }
    this.#passing = undefined;
    return { argument: passing.argument, body: new Uint8Array(), bodyLen: passing.bodyLen };
  }

  /** Length of the next frame's body; undefined as long as it has not come. */
  #bodyLen(): number | undefined {
    if (this.#length < LENGTH_LEN) return undefined;
    const [first] = this.#join(LENGTH_LEN);
    // Unwrap: there are bytes, so there is a piece
    const head = first as Uint8Array;
    const length = new DataView(head.buffer, head.byteOffset, LENGTH_LEN).getUint32(0);
    if (length < IOCTL_SZ || length > MAX_FRAME_LEN)
      throw new FrameError(`a frame has ${IOCTL_SZ} to ${MAX_FRAME_LEN} bytes behind its length, not ${length}`);
    return length - IOCTL_SZ;
  }

  #take(length: number): Uint8Array {
    const [first = new Uint8Array(), ...others] = this.#join(length);
    this.#pieces = first.length > length ? [first.subarray(length), ...others] : others;
    this.#length -= length;
    return first.subarray(0, length);
  }

  /** Makes the first piece at least `length` bytes long. Only what belongs to one frame is copied, so a byte is copied but twice. */
  #join(length: number): readonly Uint8Array[] {
    const [first] = this.#pieces;
    if (first === undefined || first.length >= length) return this.#pieces;
    const joined = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      // Unwrap: the pieces have `length` bytes together
      const piece = this.#pieces.shift() as Uint8Array;
      const part = piece.subarray(0, length - at);
      joined.set(part, at);
      at += part.length;
      if (part.length < piece.length) this.#pieces.unshift(piece.subarray(part.length));
    }
    this.#pieces.unshift(joined);
    return this.#pieces;
  }
}

function frame(argument: Uint8Array, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_LEN + body.length);
  new DataView(bytes.buffer).setUint32(0, IOCTL_SZ + body.length);
  bytes.set(argument, LENGTH_LEN);
  bytes.set(body, HEAD_LEN);
  return bytes;
}
