// Walks through a frame and collects its layers; running out of bytes ends the walk, it is never an error.

import { Ipv4Addr, Ipv6Addr, MacAddr } from "opte-api";
import type { DecodedField, DecodedFrame, DecodedLayer } from "./decoded.js";

/** Thrown inside the decoder when the frame ends within a header; it does not leave {@link decodeFrame}. */
export class OutOfBytes extends Error {
  override readonly name = "OutOfBytes";
}

/** A position in a frame, and the layers read so far. */
export class FrameCursor {
  readonly #bytes: Uint8Array;
  readonly #layers: { name: string; offset: number; fields: DecodedField[] }[] = [];
  #at = 0;
  #fields: DecodedField[] = [];
  #prefix = "";

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#at;
  }

  /** Bytes from here to the end of the frame. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  get layers(): DecodedFrame {
    return this.#layers satisfies DecodedLayer[];
  }

  /** Everything from here on lies inside a tunnel. */
  enterTunnel(): void {
    this.#prefix = "inner ";
  }

  /** Begins a layer here; the fields that follow are its. */
  layer(name: string): void {
    this.#fields = [];
    this.#layers.push({ name: this.#prefix + name, offset: this.#at, fields: this.#fields });
  }

  /** Records a field that has just been read, or a part of one, `length` bytes back. */
  note(name: string, value: string | number, length: number): void {
    this.#fields.push({ name, value: String(value), offset: this.#at - length });
  }

  /** Reads an unsigned integer of 1 to 4 bytes without recording it. */
  take(length: number): number {
    this.#need(length);
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + (this.#bytes[this.#at + i] ?? 0);
    this.#at += length;
    return value;
  }

  /** The byte `ahead` bytes from here, not moving; 0 behind the end. */
  peek(ahead: number): number {
    return this.#bytes[this.#at + ahead] ?? 0;
  }

  number(name: string, length: number): number {
    const value = this.take(length);
    this.note(name, value, length);
    return value;
  }

  /** A number shown as `0x…`, with all its digits. */
  hexNumber(name: string, length: number): number {
    const value = this.take(length);
    this.note(name, `0x${value.toString(16).padStart(2 * length, "0")}`, length);
    return value;
  }

  mac(name: string): void {
    this.note(name, MacAddr.fromBytes(this.raw(6)).toString(), 6);
  }

  ipv4(name: string): void {
    this.note(name, Ipv4Addr.fromBytes(this.raw(4)).toString(), 4);
  }

  ipv6(name: string): void {
    this.note(name, Ipv6Addr.fromBytes(this.raw(16)).toString(), 16);
  }

  /** Bytes shown as hex; nothing is recorded if there are none. */
  bytes(name: string, length: number): void {
    const value = this.raw(length);
    if (length > 0) this.note(name, hexOf(value), length);
  }

  raw(length: number): Uint8Array {
    this.#need(length);
    const value = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return value;
  }

  /** Takes whatever is left as a layer of its own. */
  rest(name: string): void {
    this.layer(name);
    this.bytes("bytes", this.left);
  }

  #need(length: number): void {
    if (length > this.left) throw new OutOfBytes();
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
