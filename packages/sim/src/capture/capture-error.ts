// What is wrong with a capture file.

/** A capture file cannot be read, or not further; the message names the byte offset and what is wrong there. */
export class CaptureError extends Error {
  override readonly name = "CaptureError";
  /** Offset in the file, in bytes, of the block or record at fault. */
  readonly offset: number;

  constructor(offset: number, problem: string) {
    super(`Corrupt capture at byte ${offset}: ${problem}`);
    this.offset = offset;
  }
}
