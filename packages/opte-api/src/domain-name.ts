// Domain names as sequences of length-prefixed labels (spec 01 §1.8; RFC 1035 §3.1).

import { hexOf } from "./bytes.js";
import { TextError } from "./text-error.js";
import { decodeUtf8, encodeUtf8, isUtf8 } from "./utf8.js";

const TYPE = "domain name";
const MAX_TEXT_LEN = 253;
const MAX_ENCODED_LEN = 255;
const MAX_LABEL_LEN = 63;
const DOT = 0x2e;

/** An immutable domain name: a text and its encoding. */
export class DomainName {
  /** The name as it was given, trailing dots included; of a decoded name, each label followed by a dot. */
  readonly text: string;
  readonly #encoded: Uint8Array;

  private constructor(text: string, encoded: Uint8Array) {
    this.text = text;
    this.#encoded = encoded;
    Object.freeze(this);
  }

  /**
   * Reads a name of 1 to 253 bytes of UTF-8, whose labels have 1 to 63 bytes each. Any character may occur in a label; dots at
   * the end are kept in {@link text} and leave no trace in {@link encoded}.
   *
   * @throws TextError `too_long_or_empty`, `leading_dot` or `label_length`, or `lone_surrogate` if it is not Unicode text
   */
  static parse(text: string): DomainName {
    const bytes = encodeUtf8(text);
    if (bytes.length === 0 || bytes.length > MAX_TEXT_LEN) {
      throw new TextError(TYPE, "too_long_or_empty", text, `it has ${bytes.length} bytes, not 1 to ${MAX_TEXT_LEN}`);
    }
    if (bytes[0] === DOT) throw new TextError(TYPE, "leading_dot", text, "it begins with a dot");
    let end = bytes.length;
    while (bytes[end - 1] === DOT) end--;
    const encoded: number[] = [];
    for (let start = 0; start < end;) {
      const dot = bytes.subarray(start, end).indexOf(DOT);
      const labelEnd = dot < 0 ? end : start + dot;
      const length = labelEnd - start;
      if (length === 0 || length > MAX_LABEL_LEN) {
        throw new TextError(TYPE, "label_length", text, `a label has ${length} bytes, not 1 to ${MAX_LABEL_LEN}`);
      }
      encoded.push(length, ...bytes.subarray(start, labelEnd));
      start = labelEnd + 1;
    }
    return new DomainName(text, Uint8Array.of(...encoded, 0));
  }

  /**
   * Reads length-prefixed labels up to the root label; bytes behind it are ignored. Accepts what the reference accepts: labels of
   * up to 255 bytes, no compression pointers, and the root alone, which is the empty name.
   *
   * @throws TextError `too_long_or_empty` unless there are 1 to 255 bytes; `label_length` if a label runs past the end; `not_utf8`
   */
  static fromBytes(bytes: Uint8Array): DomainName {
    if (bytes.length === 0 || bytes.length > MAX_ENCODED_LEN) {
      const reason = `it has ${bytes.length} bytes, not 1 to ${MAX_ENCODED_LEN}`;
      throw new TextError(TYPE, "too_long_or_empty", hexOf(bytes), reason);
    }
    let text = "";
    let at = 0;
    for (let length = bytes[at]; length !== 0; length = bytes[at]) {
      if (length === undefined || at + 1 + length > bytes.length) {
        throw new TextError(TYPE, "label_length", hexOf(bytes), "a label runs past its end");
      }
      const end = at + 1 + length;
      if (!isUtf8(bytes, at + 1, end)) throw new TextError(TYPE, "not_utf8", hexOf(bytes), "a label is not UTF-8");
      text += `${decodeUtf8(bytes, at + 1, end)}.`;
      at = end;
    }
    return new DomainName(text, bytes.slice(0, at + 1));
  }

  /** The length-prefixed labels with the root label, as on the wire; in a new array at each call. */
  get encoded(): Uint8Array {
    return this.#encoded.slice();
  }

  /** Whether text and encoding are the same: letter case and trailing dots count. */
  equals(other: DomainName): boolean {
    return this.compare(other) === 0;
  }

  /** Negative, zero or positive as this sorts before, with or after `other`: bytes of the text, then of the encoding. */
  compare(other: DomainName): number {
    return compareBytes(encodeUtf8(this.text), encodeUtf8(other.text)) || compareBytes(this.#encoded, other.#encoded);
  }

  /** The name's {@link text}. */
  toString(): string {
    return this.text;
  }

  /** The text form, so that JSON shows it. */
  toJSON(): string {
    return this.text;
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (const [index, byte] of a.entries()) {
    const order = byte - (b[index] ?? -1);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
