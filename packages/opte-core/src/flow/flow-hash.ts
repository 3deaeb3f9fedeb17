// CRC-32 of a flow id (spec 01 §5.2): the hash that the wire sees, as UDP source port of the tunnel and as index of a path.

import { crcByte, crcWord } from "./crc32.js";
import { infoWord0, infoWord1, type FlowKey } from "./flow-id.js";

const IPV4_FAMILY = 2;
const IPV6_FAMILY = 26;

/** How many 16-bit words of protocol information follow. */
const INFO_WORDS = 2;

/**
 * Unsigned CRC-32 (IEEE 802.3, as zlib computes it) over the flow id's bytes as a little-endian 64-bit host lays them out:
 *
 *     protocol 1 | family 2 (2 or 26) | length 8, source 4 or 16 | length 8, destination 4 or 16 | 8 (the number 2) | info 4
 *
 * Ports and the echo id are little-endian. For the slow path: a flow-table hit reads the stored value.
 */
export function flowCrc32(flow: FlowKey): number {
  const w = flow.words;
  const { proto } = flow;
  const isV6 = flow.family === 6;
  let crc = crcByte(-1, proto);
  crc = crcByte(crcByte(crc, isV6 ? IPV6_FAMILY : IPV4_FAMILY), 0);
  crc = crcAddress(crc, w, 0, isV6);
  crc = crcAddress(crc, w, 4, isV6);
  crc = crcWord(crcWord(crc, INFO_WORDS), 0);
  const info = word(w, 8);
  return ~crcWord(crc, infoWord0(proto, info) | (infoWord1(info) << 16)) >>> 0;
}

function crcAddress(crc: number, words: Int32Array, at: number, isV6: boolean): number {
  const count = isV6 ? 4 : 1;
  let sum = crcWord(crcWord(crc, 4 * count), 0);
  for (let i = 0; i < count; i++) sum = crcWord(sum, word(words, at + i));
  return sum;
}

function word(words: Int32Array, at: number): number {
  return words[at] as number; // Unwrap: a key has 10 words, and no index goes beyond
}
