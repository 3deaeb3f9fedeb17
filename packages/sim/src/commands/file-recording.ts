// Writes what passed the port to a file.

import { closeSync, openSync, writeSync } from "node:fs";
import type { ReplayEvent } from "../replay/replay-event.js";
import { ReplayRecording } from "../replay/replay-recording.js";
import { UserError } from "xde-binding/program";

/** Bytes are gathered to so many before they are written. */
const BUFFER_LEN = 1 << 18;

/** A recording in a file, which is made, or replaced, at once. */
export class FileRecording {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #recording: ReplayRecording;
  #blocks: Uint8Array[] = [];
  #gathered = 0;

  /** @throws UserError if the file cannot be made */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = this.#attempt(() => openSync(path, "w"));
    this.#recording = new ReplayRecording((block) => {
      this.#gather(block);
    });
  }

  /** @throws UserError if the file cannot be written on */
  write(event: ReplayEvent): void {
    this.#recording.write(event);
  }

  /** Writes what is left. @throws UserError if the file cannot be written on */
  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #gather(block: Uint8Array): void {
    this.#blocks.push(block);
    this.#gathered += block.length;
    if (this.#gathered >= BUFFER_LEN) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#blocks);
    this.#blocks = [];
    this.#gathered = 0;
    this.#attempt(() => {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
    });
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new UserError(`File "${this.#path}" cannot be written: ${why}`, { cause: error });
    }
  }
}
