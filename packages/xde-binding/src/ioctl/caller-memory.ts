// The memory of whoever calls an ioctl, as the device reaches it: by addresses, of which some lead nowhere.

/** A caller's memory. */
export interface CallerMemory {
  /** A copy of `length` bytes, at least 1, from `address` on; undefined unless all of them can be read. */
  read(address: bigint, length: number): Uint8Array | undefined;
  /** Writes `bytes`, at least 1, from `address` on. Returns whether that was possible; if not, nothing was written. */
  write(address: bigint, bytes: Uint8Array): boolean;
}

/** Address of the first buffer: those below lead nowhere, 0 above all. */
const FIRST_ADDRESS = 0x1000n;
/** Between buffers there is a gap that cannot be read, so that one cannot be overrun into the next. */
const PAGE_LEN = 0x1000n;

interface Mapping {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** Buffers that have been given addresses. */
export class BufferMemory implements CallerMemory {
  readonly #mappings: Mapping[] = [];
  #next: bigint = FIRST_ADDRESS;

  /** Lets `bytes`, not a copy of them, be found from the address on that is returned; 0, the null pointer, for no bytes. */
  map(bytes: Uint8Array): bigint {
    if (bytes.length === 0) return 0n;
    const address = this.#next;
    this.#mappings.push({ address, bytes });
    this.#next = address + (BigInt(bytes.length) / PAGE_LEN + 2n) * PAGE_LEN;
    return address;
  }

  read(address: bigint, length: number): Uint8Array | undefined {
    return this.#range(address, length)?.slice();
  }

  write(address: bigint, bytes: Uint8Array): boolean {
    const range = this.#range(address, bytes.length);
    range?.set(bytes);
    return range !== undefined;
  }

  #range(address: bigint, length: number): Uint8Array | undefined {
    for (const { address: start, bytes } of this.#mappings) {
      if (address < start || address + BigInt(length) > start + BigInt(bytes.length)) continue;
      const offset = Number(address - start);
      return bytes.subarray(offset, offset + length);
    }
    return undefined;
  }
}
