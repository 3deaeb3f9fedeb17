// The one error that parsing text (and decoding bytes into text-like values) throws.

/** Longest part of an input that an error message repeats, in UTF-16 units. */
const QUOTED_LEN = 64;

/**
 * Thrown by every `parse` of this package, and by the decoders of bytes that hold text.
 *
 * The set of kinds is open, because packages above define text forms of their own; each `parse` lists its kinds. They are
 * those of the shared text vectors, so that a failure can be compared across implementations.
 *
 * @example
 * ```ts
 * import { Ipv4Addr, TextError } from "opte-api";
 *
 * try {
 *   Ipv4Addr.parse("10.0.0.256");
 * } catch (error) {
 *   if (error instanceof TextError) console.log(error.kind); // "number_too_large"
 * }
 * ```
 */
export class TextError extends Error {
  override readonly name = "TextError";
  /** What was expected, as a noun: `MAC address`. */
  readonly type: string;
  /** Which fault, as a stable word: `bad_octet`. */
  readonly kind: string;
  /** The text as it was given; of bytes, their lower-case hex. */
  readonly input: string;

  /**
   * @param reason what is wrong, without a final period; becomes the end of the message
   * @param cause the error of a part, if a part is at fault
   */
  constructor(type: string, kind: string, input: string, reason: string, cause?: TextError) {
    super(`Cannot parse ${quoted(input)} as ${type}: ${reason}`, cause === undefined ? undefined : { cause });
    this.type = type;
    this.kind = kind;
    this.input = input;
  }
}

/** `text` in double quotes with escapes, as error messages show it, cut short if it is long. */
export function quoted(text: string): string {
  return text.length <= QUOTED_LEN ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, QUOTED_LEN))}…`;
}
