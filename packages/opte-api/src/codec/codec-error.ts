// The one error that encoding and decoding throw.

/** What is wrong. */
export type CodecFault =
  /** The bytes end inside of a value, or a list claims more elements than there are bytes. */
  | "end_of_input"
  /** There are bytes behind the value. */
  | "trailing_bytes"
  /** A number is too large for its type or for its field, is no integer, or takes more bytes than its type may. */
  | "out_of_range"
  /** A byte that is to be one of a few values is none of them: a bool, an option, a variant. */
  | "bad_tag"
  /** A text is not UTF-8. */
  | "bad_text"
  /** A value is of another type than its field. */
  | "bad_type"
  /** A field is missing, or is one that the type does not have. */
  | "missing_field"
  | "unknown_field"
  /** The message uses a part of its format that is not taken, such as a tag. */
  | "bad_form"
  /** The message is too long, nested too deeply, or has too many parts. */
  | "too_large"
  /** The parts are right, the whole is not: an address outside of its range, a domain name that differs from its encoding. */
  | "invalid_value";

/** Thrown if a value cannot be encoded, or bytes cannot be decoded. */
export class CodecError extends Error {
  override readonly name = "CodecError";
  readonly fault: CodecFault;
  /** The field at fault, as in `rules[3].filters.ports`; empty for the message as a whole. */
  readonly path: string;

  /** @param problem what is wrong, without a final period; becomes the end of the message */
  constructor(action: "decode" | "encode", fault: CodecFault, path: string, problem: string) {
    super(`Cannot ${action} ${path === "" ? "the message" : `field "${path}"`}: ${problem}`);
    this.fault = fault;
    this.path = path;
  }
}
