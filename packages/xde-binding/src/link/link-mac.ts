// MAC addresses for links that have none of their own.

import { MacAddr } from "opte-api";

/**
 * A locally administered address (IEEE 802, second bit of the first byte), the same for the same name: FNV-1a over it.
 *
 * @param end 0 or 1, to tell apart the two ends of a link
 */
export function linkMac(name: string, end: 0 | 1): MacAddr {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return MacAddr.fromWords(0x0200 | end, hash);
}
