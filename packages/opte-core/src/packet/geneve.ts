// Geneve (RFC 8926): layout, and the walk over its options.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |Ver|  Opt Len  |O|C|    Rsvd.  |          Protocol Type        |
//   |        Virtual Network Identifier (VNI)       |    Reserved   |
//   |          Option Class         |      Type     |R|R|R| Length  |   each option, data behind it

import { rd16, rd8 } from "./bytes.js";
import type { ParseError } from "./parse-error.js";

/** UDP destination port of Geneve (RFC 8926 §3.3). */
export const GENEVE_PORT = 6081;
/** Protocol type of Ethernet inside the tunnel, *Transparent Ethernet Bridging*. */
export const GENEVE_ETHERNET = 0x6558;
/** Bytes of the fixed header. */
export const GENEVE_LEN = 8;
/** Bytes of an option without its data. */
export const GENEVE_OPTION_LEN = 4;
/** Most bytes of option data (five bits of words). */
export const MAX_GENEVE_OPTION_DATA = 124;
/** Most bytes of all options (six bits of words). */
export const MAX_GENEVE_OPTIONS = 252;

/** Flag of the header: options with the critical bit are present. */
const CRITICAL_OPTIONS = 0x40;
/** Bit of an option's type: whoever does not know it must drop the packet. */
const CRITICAL = 0x80;

/**
 * Tells which options a network knows: the bytes of data that an option of this class and full 8-bit type needs, or -1 for an
 * unknown one.
 */
export type KnownOptions = (optionClass: number, type: number) => number;

/** Whether options tile `bytes[from, to)` exactly. */
export function optionsTile(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to) at = nextOption(bytes, at);
  return at === to;
}

/** Offset behind the option at `at`. */
export function nextOption(bytes: Uint8Array, at: number): number {
  return at + GENEVE_OPTION_LEN + optionDataLength(bytes, at);
}

/**
 * Checks the options of the Geneve header in `bytes[geneve, to)`, which {@link optionsTile}, if its critical flag is set
 * (RFC 8926 §3.5; spec 01 §11.3): an unknown critical option, or a known one with too little data before it, fails.
 */
export function checkCriticalOptions(
  bytes: Uint8Array,
  geneve: number,
  to: number,
  known: KnownOptions,
  error: ParseError,
): boolean {
  if ((rd8(bytes, geneve + 1) & CRITICAL_OPTIONS) === 0) return true;
  for (let at = geneve + GENEVE_LEN; at < to; at = nextOption(bytes, at)) {
    const optionClass = rd16(bytes, at);
    const type = rd8(bytes, at + 2);
    const needed = known(optionClass, type);
    if (needed > optionDataLength(bytes, at)) return error.atHeader("geneve_option", "TooSmall");
    if (needed < 0 && (type & CRITICAL) !== 0) return error.atOption(optionClass, type);
  }
  return true;
}

/** Bytes of data of the option at `at`. */
function optionDataLength(bytes: Uint8Array, at: number): number {
  return (rd8(bytes, at + 3) & 0x1f) << 2;
}
