// The rack's own tunnel options (spec 04 §9.7, spec 01 §11.2).

import { GENEVE_LEN, type GeneveOption, type KnownOptions, nextOption, type Packet } from "opte-core";
import { Replication } from "../api/model.js";

/** Option class of Oxide. */
const OXIDE = 0x0129;

/** Option types, the critical bit included: with it set, a known number is another, unknown option. */
const OptionType = { External: 0, Multicast: 1, Mss: 2 } as const;

/** Bytes of data that an option must have; more are ignored. */
const DATA_LEN: Readonly<Record<number, number>> = {
  [OptionType.External]: 0,
  [OptionType.Multicast]: 4,
  [OptionType.Mss]: 4,
};

/** The original segment size of a large TCP packet; 0 where there is none. */
export const MSS_OPTION: GeneveOption = { class: OXIDE, type: OptionType.Mss, data: new Uint8Array(4) };

/** Tells the switch how to replicate a multicast packet. */
export function multicastOption(replication: Replication): GeneveOption {
  return { class: OXIDE, type: OptionType.Multicast, data: Uint8Array.of(Replication.code(replication) << 6, 0, 0, 0) };
}

/** The options that this network knows. */
export const knownOptions: KnownOptions = (optionClass, type) =>
  optionClass === OXIDE ? (DATA_LEN[type] ?? UNKNOWN) : UNKNOWN;

const UNKNOWN = -1;

/** Whether a received packet comes from outside of the rack. Nothing behind a known option that lacks data is believed. */
export function isExternal(packet: Packet): boolean {
  return findOption(packet, OptionType.External) >= 0;
}

/** How a received packet asks to be replicated; `undefined` if it does not say, or says what is reserved. */
export function replicationOf(packet: Packet): Replication | undefined {
  const at = findOption(packet, OptionType.Multicast);
  if (at < 0) return undefined;
  return REPLICATION_CODES[byteAt(packet.frame.bytes, at + 4) >>> 6];
}

/**
 * The size of the TCP segments, in bytes, that a received packet was made of by a sender whose network card was to cut it up; 0 if it says
 * none (spec 05 §17).
 */
export function segmentSizeOf(packet: Packet): number {
  const { bytes } = packet.frame;
  for (let at = findOption(packet, OptionType.Mss); at >= 0; at = findOption(packet, OptionType.Mss, at)) {
    const size = ((byteAt(bytes, at + 4) << 24) | (byteAt(bytes, at + 5) << 16) | (byteAt(bytes, at + 6) << 8)) >>> 0;
    if (size + byteAt(bytes, at + 7) > 0) return size + byteAt(bytes, at + 7);
  }
  return 0;
}

const REPLICATION_CODES: readonly Replication[] = ["external", "underlay", "both"];

/** Offset of the first option of Oxide's with that type, or of the first behind the option at `after`; or -1. */
function findOption({ frame, geneve, geneveLen }: Packet, type: number, after = -1): number {
  if (geneve < 0) return -1;
  const { bytes } = frame;
  const end = geneve + geneveLen;
  for (let at = after < 0 ? geneve + GENEVE_LEN : nextOption(bytes, after); at < end; at = nextOption(bytes, at)) {
    if (((byteAt(bytes, at) << 8) | byteAt(bytes, at + 1)) !== OXIDE) continue;
    const found = byteAt(bytes, at + 2);
    if ((DATA_LEN[found] ?? 0) > nextOption(bytes, at) - at - 4) return -1;
    if (found === type) return at;
  }
  return -1;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number; // Unwrap: the parser has checked that the options lie in the frame
}
