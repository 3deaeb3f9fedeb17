// Lines to a stream that may be slower than we are.

import { once } from "node:events";
import type { Writable } from "node:stream";

/** Lines are gathered to so many characters before they are written. */
const CHUNK_LEN = 1 << 16;

/** Writes lines in large chunks, and waits where the stream asks to. */
export class LineOutput {
  readonly #stream: Writable;
  readonly #beforeChunk: () => void;
  #chunk = "";

  /** @param beforeChunk called before every write, to take away what else stands on the terminal */
  constructor(stream: Writable, beforeChunk: () => void) {
    this.#stream = stream;
    this.#beforeChunk = beforeChunk;
  }

  async add(...lines: readonly string[]): Promise<void> {
    for (const line of lines) this.#chunk += `${line}\n`;
    if (this.#chunk.length >= CHUNK_LEN) await this.flush();
  }

  /** Writes what has been gathered. */
  async flush(): Promise<void> {
    const chunk = this.#chunk;
    this.#chunk = "";
    if (chunk === "") return;
    this.#beforeChunk();
    if (!this.#stream.write(chunk)) await once(this.#stream, "drain");
  }
}
