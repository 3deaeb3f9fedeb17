// A file that is written block by block.

import { closeSync, openSync, writeSync } from "node:fs";
import { UserError } from "./user-error.js";

/** Blocks are gathered to so many bytes before they are written. */
const BUFFER_LEN = 1 << 18;

/** Writes blocks one after another; the file is made, or replaced, with the first. */
export class BlockFile {
  readonly path: string;
  #descriptor: number | undefined;
  #blocks: Uint8Array[] = [];
  #gathered = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws UserError if the file cannot be written */
  write(block: Uint8Array): void {
    this.#blocks.push(block);
    this.#gathered += block.length;
    if (this.#gathered >= BUFFER_LEN) this.#flush();
  }

  /** Writes what is left. @throws UserError if the file cannot be written */
  close(): void {
    this.#flush();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#blocks);
    this.#blocks = [];
    this.#gathered = 0;
    try {
      this.#descriptor ??= openSync(this.path, "w");
      for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new UserError(`File "${this.path}" cannot be written: ${why}`, { cause: error });
    }
  }
}
