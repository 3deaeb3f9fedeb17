// Writes pcapng (draft-ietf-opsawg-pcapng): one little-endian section, several interfaces, nanosecond times, comments.

import { encodeUtf8 } from "opte-api";
import type { CaptureInterface } from "./capture-packet.js";
import {
  BLOCK_OVERHEAD,
  BlockType,
  BYTE_ORDER_MAGIC,
  DirectionFlag,
  Option,
  padded,
  VERSION_MAJOR,
} from "./pcapng-format.js";

const MAX_OPTION_LEN = 0xffff;
const NANOSECONDS = 9;

/** A packet to be written. */
export interface PacketToWrite {
  /** As {@link PcapngWriter.addInterface} returned it. */
  readonly interfaceIndex: number;
  /** Nanoseconds since 1970-01-01 UTC, not negative. */
  readonly timestampNs: bigint;
  readonly bytes: Uint8Array;
  /** Length on the wire in bytes; by default that of `bytes`. */
  readonly originalLength?: number;
  readonly direction?: "inbound" | "outbound";
  /** At most 65,535 bytes in UTF-8. */
  readonly comment?: string;
}

/** Gives a pcapng file block by block to a sink, so that long captures need not be held in memory. */
export class PcapngWriter {
  readonly #sink: (block: Uint8Array) => void;
  #interfaces = 0;

  /**
   * Begins the file: writes the section header.
   *
   * @param sink takes each block as it is finished; the bytes are the sink's to keep.
   * @param application name of the program, kept in the file.
   */
  constructor(sink: (block: Uint8Array) => void, application: string) {
    this.#sink = sink;
    const body = new Uint8Array(16);
    const view = new DataView(body.buffer);
    view.setUint32(0, BYTE_ORDER_MAGIC, true);
    view.setUint16(4, VERSION_MAJOR, true);
    view.setBigInt64(8, -1n, true); // the section's length is not known beforehand
    this.#write(BlockType.SectionHeader, body, [textOption(Option.UserApplication, application)]);
  }

  /** Describes an interface; it must be done before its first packet. @returns its index. */
  addInterface(described: CaptureInterface): number {
    const body = new Uint8Array(8); // the snapshot length stays 0: packets are not cut
    new DataView(body.buffer).setUint16(0, described.linkType, true);
    const options = [option(Option.TimestampResolution, Uint8Array.of(NANOSECONDS))];
    if (described.name !== undefined) options.unshift(textOption(Option.Name, described.name));
    this.#write(BlockType.InterfaceDescription, body, options);
    return this.#interfaces++;
  }

  /**
   * @throws RangeError if the packet names no interface of this writer, or its comment is too long
   * @throws TextError if its comment holds half a surrogate pair
   */
  addPacket(packet: PacketToWrite): void {
    if (!(packet.interfaceIndex >= 0 && packet.interfaceIndex < this.#interfaces)) {
      throw new RangeError(`Cannot write a packet of interface ${packet.interfaceIndex}: it has not been added`);
    }
    const { bytes, timestampNs } = packet;
    const body = new Uint8Array(20 + padded(bytes.length));
    const view = new DataView(body.buffer);
    view.setUint32(0, packet.interfaceIndex, true);
    view.setUint32(4, Number(timestampNs >> 32n), true);
    view.setUint32(8, Number(timestampNs & 0xffff_ffffn), true);
    view.setUint32(12, bytes.length, true);
    view.setUint32(16, packet.originalLength ?? bytes.length, true);
    body.set(bytes, 20);
    const options: Uint8Array[] = [];
    if (packet.comment !== undefined) options.push(textOption(Option.Comment, packet.comment));
    if (packet.direction !== undefined) options.push(directionOption(packet.direction));
    this.#write(BlockType.EnhancedPacket, body, options);
  }

  #write(type: number, body: Uint8Array, options: readonly Uint8Array[]): void {
    const end = options.length === 0 ? 0 : 4;
    const optionsLength = options.reduce((sum, each) => sum + each.length, end);
    const length = BLOCK_OVERHEAD + body.length + optionsLength;
    const block = new Uint8Array(length);
    const view = new DataView(block.buffer);
    view.setUint32(0, type, true);
    view.setUint32(4, length, true);
    block.set(body, 8);
    let at = 8 + body.length;
    for (const each of options) {
      block.set(each, at);
      at += each.length;
    }
    view.setUint32(length - 4, length, true);
    this.#sink(block);
  }
}

function directionOption(direction: "inbound" | "outbound"): Uint8Array {
  const flags = direction === "inbound" ? DirectionFlag.Inbound : DirectionFlag.Outbound;
  return option(Option.Flags, Uint8Array.of(flags, 0, 0, 0));
}

function textOption(code: number, text: string): Uint8Array {
  return option(code, encodeUtf8(text));
}

function option(code: number, value: Uint8Array): Uint8Array {
  if (value.length > MAX_OPTION_LEN) {
    throw new RangeError(`Cannot write option ${code}: ${value.length} bytes are more than ${MAX_OPTION_LEN}`);
  }
  const bytes = new Uint8Array(4 + padded(value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  bytes.set(value, 4);
  return bytes;
}
