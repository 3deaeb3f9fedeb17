// UTF-8 out of files that anyone may have written: damage becomes U+FFFD, never an error.

const REPLACEMENT = "\ufffd";

/** Text of `bytes`; each byte that is not part of well-formed UTF-8 (RFC 3629) is replaced by U+FFFD. */
export function lossyUtf8(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i);
    text += length === 0 ? REPLACEMENT : String.fromCodePoint(codePoint(bytes, i, length));
    i += Math.max(length, 1);
  }
  return text;
}

/** Length of the well-formed sequence at `at`, 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0;
  for (let i = 1; i < length; i++) {
    if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  const value = codePoint(bytes, at, length);
  const isOverlong = (length === 3 && value < 0x800) || (length === 4 && value < 0x10000);
  const isSurrogate = value >= 0xd800 && value <= 0xdfff;
  return isOverlong || isSurrogate || value > 0x10ffff ? 0 : length;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at] ?? 0;
  if (length === 1) return first;
  let value = first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) value = value * 64 + ((bytes[at + i] ?? 0) & 0x3f);
  return value;
}
