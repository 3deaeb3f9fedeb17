// Geneve (RFC 8926) with its options.

import type { Protocol } from "./decoded.js";
import type { FrameCursor } from "./frame-cursor.js";

const OXIDE_CLASS = 0x0129;
const OXIDE_OPTIONS = ["External", "Multicast", "MSS"];
const ETHERNET_IN_TUNNEL = 0x6558;

/** Reads a Geneve header; what comes behind it lies inside the tunnel. */
export function decodeGeneve(cursor: FrameCursor): Protocol | undefined {
  cursor.layer("Geneve");
  const versionAndLength = cursor.take(1);
  cursor.note("version", versionAndLength >> 6, 1);
  const optionsLength = (versionAndLength & 63) * 4;
  cursor.note("options length", optionsLength, 1);
  cursor.hexNumber("flags", 1);
  const protocol = cursor.hexNumber("protocol", 2);
  cursor.number("vni", 3);
  cursor.hexNumber("reserved", 1);
  decodeOptions(cursor, cursor.offset + optionsLength);
  cursor.enterTunnel();
  return protocol === ETHERNET_IN_TUNNEL && cursor.left > 0 ? "ethernet" : undefined;
}

function decodeOptions(cursor: FrameCursor, end: number): void {
  while (cursor.offset + 4 <= end) {
    const optionClass = cursor.take(2);
    const type = cursor.take(1);
    const length = Math.min((cursor.take(1) & 31) * 4, end - cursor.offset);
    const name = optionClass === OXIDE_CLASS ? OXIDE_OPTIONS[type] : undefined;
    const label = name ?? `0x${optionClass.toString(16).padStart(4, "0")}/${type}`;
    cursor.note(`option ${label}`, length === 0 ? "present" : `${length} bytes`, 4);
    cursor.bytes(`option ${label} data`, length);
  }
}
