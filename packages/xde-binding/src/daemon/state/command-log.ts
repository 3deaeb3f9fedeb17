// Commands that change the device are on disk before they are carried out, and are carried out before they are answered.

import { OpteError } from "opte-api";
import type { StateRecord } from "./frame-format.js";
import type { StateFile } from "./state-file.js";
import { refusedRecord } from "./state-record.js";

/** What a command log needs besides its file. */
export interface CommandLogOptions {
  /** Is told of what no client is. */
  readonly warn: (text: string) => void;
  /** The device's state as one frame, which takes the place of all commands so far. */
  readonly image: () => readonly StateRecord[] | Promise<readonly StateRecord[]>;
}

interface Waiting {
  readonly record: StateRecord;
  readonly carryOut: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A file that is this much longer than its last image is written anew, as an image. */
const MIN_GROWTH = 1 << 16;

const EIO = 5;
const ENOSPC = 28;

/**
 * Writes each command ahead, then carries it out. Commands that wait while the disk is busy are written together, so that many clients
 * share one wait for the disk; they are carried out one after the other, in the order in which they came.
 *
 * - A command that cannot be written is not carried out; it fails with OpteError `System`.
 * - A command that fails is noted as refused before its client hears of it, so that no restart carries it out.
 */
export class CommandLog {
  readonly #file: StateFile;
  readonly #options: CommandLogOptions;
  readonly #waiting: Waiting[] = [];
  /** Notes of refusals that are not on disk yet. */
  #refused: StateRecord[];
  #isBusy = false;
  #idle: (() => void)[] = [];
  #imageSize: number;

  /** @param refused notes of commands of the last frame that were refused when they were carried out again */
  constructor(file: StateFile, options: CommandLogOptions, refused: readonly StateRecord[] = []) {
    this.#file = file;
    this.#options = options;
    this.#refused = [...refused];
    this.#imageSize = file.size;
  }

  /**
   * Writes `record`, then calls `carryOut`.
   *
   * @returns what `carryOut` returns or promises
   * @throws OpteError `System` (EIO, ENOSPC) if the record could not be written; then `carryOut` is not called
   */
  async run<T>(record: StateRecord, carryOut: () => T | Promise<T>): Promise<T> {
    const done = new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ record, carryOut, resolve, reject });
    });
    if (!this.#isBusy) void this.#work();
    return (await done) as T; // Unwrap: resolved with what carryOut returned
  }

  /** Writes the file anew, as an image of the device's state. @throws Error if that fails; then the file is as it was */
  async compact(): Promise<void> {
    await this.idle();
    this.#isBusy = true;
    try {
      await this.#replace();
    } finally {
      void this.#work();
    }
  }

  /** Waits until no command is under way. */
  async idle(): Promise<void> {
    while (this.#isBusy) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      await this.#runBatch(this.#waiting.splice(0));
      if (this.#file.size > 2 * this.#imageSize + MIN_GROWTH) await this.#tryCompact();
    }
    this.#isBusy = false;
    for (const wake of this.#idle.splice(0)) wake();
  }

  async #runBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#file.append([...this.#refused, ...batch.map(({ record }) => record)]);
      this.#refused = [];
    } catch (error) {
      for (const { reject } of batch) reject(notSaved(error));
      return;
    }
    const answers: (() => void)[] = [];
    for (const [index, { carryOut, resolve, reject }] of batch.entries()) {
      try {
        const value = await carryOut();
        answers.push(() => {
          resolve(value);
        });
      } catch (error) {
        this.#refused.push(refusedRecord(index));
        answers.push(() => {
          reject(error);
        });
      }
    }
    await this.#saveRefusals();
    for (const answer of answers) answer();
  }

  async #saveRefusals(): Promise<void> {
    if (this.#refused.length === 0) return;
    try {
      await this.#file.append(this.#refused);
      this.#refused = [];
    } catch (error) {
      // They go with the next commands; a restart before would refuse the same commands again, as nothing came between.
      this.#options.warn(`Cannot save that commands were refused: ${textOf(error)}`);
    }
  }

  async #tryCompact(): Promise<void> {
    try {
      await this.#replace();
    } catch (error) {
      this.#imageSize = this.#file.size;
      this.#options.warn(`Cannot write the state file anew, so that it goes on growing: ${textOf(error)}`);
    }
  }

  async #replace(): Promise<void> {
    await this.#file.replace(await this.#options.image());
    this.#refused = [];
    this.#imageSize = this.#file.size;
  }
}

function notSaved(error: unknown): OpteError {
  const isFull = error instanceof Error && "code" in error && error.code === "ENOSPC";
  return new OpteError({
    kind: "System",
    errno: isFull ? ENOSPC : EIO,
    msg: `nothing was changed, because it cannot be saved: ${textOf(error)}`,
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
