// Values that are too large for one answer or one request, carried in parts.

import { Errno, OpteError } from "opte-api";

/** Most bytes of one answer, whatever the client asks for. */
const MAX_PART = 1 << 20;

/** Most bytes of a value that is carried to the device. */
const MAX_VALUE = 1 << 30;

/** Most values that are carried at a time, each way. */
const MAX_TRANSFERS = 16;

/** A value in chunks, of which all but the last have one size. */
interface ChunkedValue {
  readonly chunks: readonly Uint8Array[];
  readonly length: number;
}

/** Values on their way to clients. */
export class OutgoingValues {
  readonly #values: Map<number, ChunkedValue> = new Map();
  #nextId = 1;

  /** @throws OpteError `System` EBUSY if there are too many */
  checkRoom(): void {
    checkRoom(this.#values.size, "snapshots");
  }

  /**
   * @param chunks the value; all but the last of one size
   * @throws OpteError `System` EBUSY
   */
  open(chunks: readonly Uint8Array[]): { readonly id: number; readonly length: number } {
    this.checkRoom();
    const id = this.#nextId++;
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    this.#values.set(id, { chunks, length });
    return { id, length };
  }

  /** A part; empty behind the end. @throws OpteError `System` ENOENT */
  read(id: number, offset: number, maxBytes: number): Uint8Array {
    const value = this.#values.get(id);
    if (value === undefined) throw system(Errno.ENOENT, `snapshotId: there is no snapshot ${id}`);
    const { chunks, length } = value;
    const end = Math.min(length, offset + Math.min(maxBytes, MAX_PART));
    const size = chunks[0]?.length ?? 1;
    const parts: Uint8Array[] = [];
    for (let i = Math.floor(offset / size); i * size < end; i++) {
      const chunk = chunks[i];
      if (chunk !== undefined) parts.push(chunk.subarray(Math.max(0, offset - i * size), end - i * size));
    }
    return Buffer.concat(parts);
  }

  /** Whether there was such a value. */
  close(id: number): boolean {
    return this.#values.delete(id);
  }
}

/** Values on their way from clients. */
export class IncomingValues<Purpose> {
  readonly #values: Map<
    number,
    { readonly purpose: Purpose; readonly length: number; parts: Uint8Array[]; size: number }
  > = new Map();
  #nextId = 1;

  /** @throws OpteError `System` EBUSY, or EINVAL if it would be too long */
  open(purpose: Purpose, length: number): number {
    checkRoom(this.#values.size, "restores");
    if (length > MAX_VALUE) throw system(Errno.EINVAL, `length: ${length} is more than ${MAX_VALUE}`);
    const id = this.#nextId++;
    this.#values.set(id, { purpose, length, parts: [], size: 0 });
    return id;
  }

  /** Takes the next part. @throws OpteError `System` ENOENT, or EINVAL for a part that does not follow the last one */
  write(id: number, offset: number, bytes: Uint8Array): void {
    const value = this.#value(id);
    if (offset !== value.size)
      throw system(Errno.EINVAL, `offset: ${offset} is not ${value.size}, where the next part begins`);
    if (offset + bytes.length > value.length) {
      throw system(Errno.EINVAL, `bytes: ${offset + bytes.length} bytes are more than the ${value.length} announced`);
    }
    value.parts.push(bytes.slice());
    value.size += bytes.length;
  }

  /** Takes a whole value out. @throws OpteError `System` ENOENT, or EINVAL if a part is missing */
  take(id: number): { readonly purpose: Purpose; readonly bytes: Uint8Array } {
    const { purpose, length, parts, size } = this.#value(id);
    if (size < length) throw system(Errno.EINVAL, `restoreId: only ${size} of ${length} bytes were written`);
    this.#values.delete(id);
    return { purpose, bytes: Buffer.concat(parts) };
  }

  /** Whether there was such a value. */
  close(id: number): boolean {
    return this.#values.delete(id);
  }

  #value(id: number): { readonly purpose: Purpose; readonly length: number; parts: Uint8Array[]; size: number } {
    const value = this.#values.get(id);
    if (value === undefined) throw system(Errno.ENOENT, `restoreId: there is no restore ${id}`);
    return value;
  }
}

function checkRoom(count: number, what: string): void {
  if (count >= MAX_TRANSFERS) throw system(Errno.EBUSY, `there are ${MAX_TRANSFERS} ${what} under way already`);
}

function system(errno: number, msg: string): OpteError {
  return new OpteError({ kind: "System", errno, msg });
}
