// Values that are too large for one answer or one request, carried in parts.

import { Errno, OpteError } from "opte-api";

/** Most bytes of one answer, whatever the client asks for. */
const MAX_PART = 1 << 20;

/** Most bytes of a value that is carried to the device. */
const MAX_VALUE = 1 << 30;

/** Most values that are carried at a time, each way. */
const MAX_TRANSFERS = 16;

/** Values on their way to clients. */
export class OutgoingValues {
  readonly #values: Map<number, Uint8Array> = new Map();
  #nextId = 1;

  /** @throws OpteError `System` EBUSY */
  open(value: Uint8Array): number {
    checkRoom(this.#values.size, "snapshots");
    const id = this.#nextId++;
    this.#values.set(id, value);
    return id;
  }

  /** A part; empty behind the end. @throws OpteError `System` ENOENT */
  read(id: number, offset: number, maxBytes: number): Uint8Array {
    const value = this.#values.get(id);
    if (value === undefined) throw system(Errno.ENOENT, `snapshotId: there is no snapshot ${id}`);
    return value.slice(offset, offset + Math.min(maxBytes, MAX_PART));
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
