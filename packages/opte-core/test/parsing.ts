// Parsing in tests: frames from bytes, and a network with Oxide's tunnel options (spec 01 §11.2).

import { Frame } from "../src/packet/frame.js";
import { Packet } from "../src/packet/packet.js";
import type { ParseErrorValue } from "../src/packet/parse-error.js";
import { parseGeneve, parseGuest } from "../src/packet/parse.js";
import type { InnerSpec, OuterSpec } from "./frames.js";

/** Bytes of data that Oxide's options need, by type. */
const OXIDE_OPTIONS: readonly number[] = [0, 4, 4];

export function knownOption(optionClass: number, type: number): number {
  return optionClass === 0x0129 ? (OXIDE_OPTIONS[type] ?? -1) : -1;
}

/** The packet that a guest's frame parses to, or why it does not. */
export function guest(bytes: Uint8Array): Packet | ParseErrorValue {
  const packet = new Packet();
  return parseGuest(packet, Frame.ofGuest(bytes)) ? packet : packet.parseError.toValue();
}

/** The packet that an underlay's frame parses to, or why it does not. */
export function tunnelled(bytes: Uint8Array): Packet | ParseErrorValue {
  const packet = new Packet();
  return parseGeneve(packet, Frame.ofUnderlay(bytes), knownOption) ? packet : packet.parseError.toValue();
}

/** The packet, which must have parsed. */
export function parsedOk(result: Packet | ParseErrorValue): Packet {
  if (result instanceof Packet) return result;
  throw new Error(`Did not parse: ${JSON.stringify(result)}`);
}

/** TCP from 10.0.0.1:4660 to 10.0.0.2:80 without options, body or padding. */
export const TCP4: InnerSpec = {
  version: 4,
  proto: 6,
  src: Uint8Array.of(10, 0, 0, 1),
  dst: Uint8Array.of(10, 0, 0, 2),
  info: [4660, 80],
  tcpFlags: 0x02,
  ipOptions: 0,
  extensions: [],
  tcpOptions: 0,
  body: new Uint8Array(0),
  padding: 0,
  checksumError: 0,
  noChecksum: false,
};

/** The same from fd00::1 to fd00::2. */
export const TCP6: InnerSpec = {
  ...TCP4,
  version: 6,
  src: Uint8Array.of(0xfd, ...new Uint8Array(14), 1),
  dst: Uint8Array.of(0xfd, ...new Uint8Array(14), 2),
};

/** A tunnel without options. */
export const TUNNEL: OuterSpec = { extensions: [], dscpEcn: 0, entropy: 0xbeef, vni: 1234, flags: 0, options: [] };
