// Sixty-four bits that stand for a body which is not kept.

/**
 * The same for the same bytes, and by chance alone hardly ever for others; no protection from who looks for two alike, which is why
 * nobody but the sender of both should gain by it.
 */
export function bodyDigest(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let a = 0x9dc5_811c;
  let b = bytes.length;
  let at = 0;
  // By words: byte by byte, the longest body would take several times as long
  for (; at + 4 <= bytes.length; at += 4) {
    const word = view.getUint32(at);
    a = Math.imul(a ^ word ^ (a >>> 15), 0x0100_0193);
    b = Math.imul(((b << 5) | (b >>> 27)) ^ word, 0x5f35_6495);
  }
  for (; at < bytes.length; at++) {
    const byte = view.getUint8(at);
    a = Math.imul(a ^ byte ^ (a >>> 15), 0x0100_0193);
    b = Math.imul(((b << 5) | (b >>> 27)) ^ byte, 0x5f35_6495);
  }
  return (BigInt(a >>> 0) << 32n) | BigInt(b >>> 0);
}
