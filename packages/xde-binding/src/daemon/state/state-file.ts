// The file that the device's configuration lives in: what was appended is on disk before `append` returns, whatever happens then.

import { type FileHandle, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { type ChainEnd, EMPTY, encodeFrame, MAGIC, readFrames, type StateRecord } from "./frame-format.js";

/** The state file cannot be used. The message names the file; nothing was changed in it. */
export class StateFileError extends Error {
  override readonly name = "StateFileError";
}

/** What {@link StateFile.open} found. */
export interface OpenedState {
  readonly file: StateFile;
  /** The records of each frame, in order. */
  readonly frames: readonly (readonly StateRecord[])[];
  /** Bytes of a write that a crash had cut short; they were never acknowledged and have been cut off. */
  readonly tornBytes: number;
}

/**
 * An open state file. One process may have it open, see `lockState`; calls must not overlap.
 *
 * After a failed write the file is what it was before. Where even that cannot be made sure of, it is *broken*: nothing more is written, and
 * the state on disk is that of the last call that returned.
 */
export class StateFile {
  readonly path: string;
  #handle: FileHandle;
  #end: ChainEnd;
  #broken: Error | undefined;

  private constructor(path: string, handle: FileHandle, end: ChainEnd) {
    this.path = path;
    this.#handle = handle;
    this.#end = end;
  }

  /** Opens the file, or makes one. @throws StateFileError if it is damaged, which leaves it as it is */
  static async open(path: string): Promise<OpenedState> {
    const bytes = await readIfThere(path);
    if (bytes === undefined) {
      const handle = await writeAnew(path, MAGIC);
      return { file: new StateFile(path, handle, EMPTY), frames: [], tornBytes: 0 };
    }
    const content = readFrames(bytes);
    if ("problem" in content) {
      const { offset, problem } = content;
      throw new StateFileError(
        `State file "${path}" is damaged at byte ${offset}: ${problem}. It is left as it is: ` +
          "restore it from a copy, or move it away to begin without saved state",
      );
    }
    const handle = await open(path, "r+");
    if (content.tornBytes > 0) {
      await handle.truncate(content.end.offset);
      await handle.sync();
    }
    return { file: new StateFile(path, handle, content.end), frames: content.frames, tornBytes: content.tornBytes };
  }

  /** Length, in bytes. */
  get size(): number {
    return this.#end.offset;
  }

  /** Why nothing more can be written, if so. */
  get fault(): string | undefined {
    return this.#broken?.message;
  }

  /** Appends one frame, which counts whole or not at all. @throws Error if it is not on disk; then it never will be */
  async append(records: readonly StateRecord[]): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    const { frame, end } = encodeFrame(records, this.#end);
    try {
      await writeWhole(this.#handle, frame, this.#end.offset);
      await this.#handle.datasync();
      this.#end = end;
    } catch (error) {
      await this.#cutOff(error);
      throw error;
    }
  }

  /** Replaces all frames by one, at once. @throws Error if the file could not be replaced; then it is the old one */
  async replace(records: readonly StateRecord[]): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    const { frame, end } = encodeFrame(records, EMPTY);
    const handle = await writeAnew(this.path, Buffer.concat([MAGIC, frame]));
    await this.#handle.close();
    this.#handle = handle;
    this.#end = end;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #cutOff(cause: unknown): Promise<void> {
    try {
      await this.#handle.truncate(this.#end.offset);
      await this.#handle.datasync();
    } catch {
      this.#broken = new Error(`State file "${this.path}" can no longer be written; start anew to go on`, { cause });
    }
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Puts a file with these bytes in the place of whatever is there, so that no moment sees half of it. @returns the file, open */
async function writeAnew(path: string, bytes: Buffer): Promise<FileHandle> {
  const draft = `${path}.new`;
  const handle = await open(draft, "w+", 0o600);
  try {
    await writeWhole(handle, bytes, 0);
    await handle.sync();
    await rename(draft, path);
    await syncFolder(dirname(path));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function writeWhole(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

/** A rename is on disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
