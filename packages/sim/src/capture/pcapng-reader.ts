// pcapng (draft-ietf-opsawg-pcapng): sections of typed blocks, several interfaces, options.

import { ByteReader } from "./byte-reader.js";
import { CaptureError } from "./capture-error.js";
import type { CaptureInterface, CapturePacket } from "./capture-packet.js";
import { MAX_PACKET_LEN } from "./pcap-reader.js";
import {
  BLOCK_OVERHEAD,
  BlockType,
  BYTE_ORDER_MAGIC,
  DirectionFlag,
  Option,
  padded,
  VERSION_MAJOR,
} from "./pcapng-format.js";
import { lossyUtf8 } from "./lossy-utf8.js";

const NS_PER_S = 1_000_000_000n;
const SECTION_HEADER_MIN = 16;

/** An interface with what is needed to read its packets. */
interface SectionInterface {
  readonly interface: CaptureInterface;
  /** Captured packets are cut to this many bytes; 0: not cut. */
  readonly snapLen: number;
  readonly ticksPerS: bigint;
  readonly offsetS: bigint;
}

/** One block: its body lies from `start` to `end` in the file. */
interface Block {
  readonly type: number;
  readonly offset: number;
  readonly start: number;
  readonly end: number;
}

/** Whether the file begins with a section header block. */
export function isPcapng(file: Uint8Array): boolean {
  return file.length >= 4 && new ByteReader(file, true).u32(0) === BlockType.SectionHeader;
}

/** Reads the packets of a file for which {@link isPcapng} holds. @throws CaptureError where it is damaged. */
export function* readPcapng(file: Uint8Array): Generator<CapturePacket, void, undefined> {
  let reader = new ByteReader(file, true);
  let interfaces: SectionInterface[] = [];
  let firstInterface = 0;
  let offset = 0;
  while (offset < file.length) {
    if (isSectionHeader(reader, offset)) {
      reader = new ByteReader(file, sectionByteOrder(file, offset));
      firstInterface += interfaces.length;
      interfaces = [];
    }
    const block = readBlock(reader, offset);
    offset = block.end + 4;
    switch (block.type) {
      case BlockType.SectionHeader:
        checkVersion(reader, block);
        break;
      case BlockType.InterfaceDescription:
        interfaces.push(readInterface(reader, block));
        break;
      case BlockType.EnhancedPacket:
      case BlockType.Packet:
        yield readPacket(reader, block, interfaces, firstInterface);
        break;
      case BlockType.SimplePacket:
        yield readSimplePacket(reader, block, interfaces, firstInterface);
        break;
      default:
    }
  }
}

function isSectionHeader(reader: ByteReader, offset: number): boolean {
  return offset + 4 <= reader.bytes.length && reader.u32(offset) === BlockType.SectionHeader;
}

/** Whether the section that begins at `offset` is little-endian. */
function sectionByteOrder(file: Uint8Array, offset: number): boolean {
  if (offset + BLOCK_OVERHEAD > file.length) throw truncatedBlock(offset, BLOCK_OVERHEAD, file.length);
  if (new ByteReader(file, true).u32(offset + 8) === BYTE_ORDER_MAGIC) return true;
  if (new ByteReader(file, false).u32(offset + 8) === BYTE_ORDER_MAGIC) return false;
  throw new CaptureError(offset + 8, "the section header has no byte-order magic");
}

function readBlock(reader: ByteReader, offset: number): Block {
  const fileLength = reader.bytes.length;
  if (offset + BLOCK_OVERHEAD > fileLength) throw truncatedBlock(offset, BLOCK_OVERHEAD, fileLength);
  const length = reader.u32(offset + 4);
  if (length < BLOCK_OVERHEAD || length % 4 !== 0) {
    throw new CaptureError(offset, `a block cannot be ${length} bytes long`);
  }
  if (offset + length > fileLength) throw truncatedBlock(offset, length, fileLength);
  const end = offset + length - 4;
  const lengthBehind = reader.u32(end);
  if (lengthBehind !== length) {
    throw new CaptureError(offset, `a block of ${length} bytes ends with the length ${lengthBehind}`);
  }
  return { type: reader.u32(offset), offset, start: offset + 8, end };
}

function checkVersion(reader: ByteReader, block: Block): void {
  requireBody(block, SECTION_HEADER_MIN, "section header");
  const major = reader.u16(block.start + 4);
  if (major !== VERSION_MAJOR) throw new CaptureError(block.offset, `pcapng version ${major} is not supported`);
}

function readInterface(reader: ByteReader, block: Block): SectionInterface {
  requireBody(block, 8, "interface description");
  let name: string | undefined;
  let ticksPerS = 1_000_000n;
  let offsetS = 0n;
  for (const option of readOptions(reader, block, block.start + 8)) {
    if (option.code === Option.Name) name = lossyUtf8(option.value);
    else if (option.code === Option.TimestampResolution && option.value.length >= 1) {
      ticksPerS = ticksPerSecond(option.value);
    } else if (option.code === Option.TimestampOffset && option.value.length >= 8) {
      offsetS = reader.i64(option.start);
    }
  }
  return {
    interface: { linkType: reader.u16(block.start), ...(name === undefined ? {} : { name }) },
    snapLen: reader.u32(block.start + 4),
    ticksPerS,
    offsetS,
  };
}

/** Of if_tsresol: a negative power of 10, or of 2 if the top bit is set. */
function ticksPerSecond([resolution = 6]: Uint8Array): bigint {
  const exponent = BigInt(resolution & 0x7f);
  return resolution & 0x80 ? 2n ** exponent : 10n ** exponent;
}

/** An enhanced packet block, or the obsolete packet block, whose interface is a 16-bit number before a drop count. */
function readPacket(
  reader: ByteReader,
  block: Block,
  interfaces: readonly SectionInterface[],
  firstInterface: number,
): CapturePacket {
  requireBody(block, 20, "packet");
  const isEnhanced = block.type === BlockType.EnhancedPacket;
  const index = isEnhanced ? reader.u32(block.start) : reader.u16(block.start);
  const from = interfaceAt(interfaces, index, block);
  const length = reader.u32(block.start + 12);
  const dataStart = block.start + 20;
  checkPacketLength(block, dataStart, length);

  const comments: string[] = [];
  let flags = 0;
  for (const option of readOptions(reader, block, dataStart + padded(length))) {
    if (option.code === Option.Comment) comments.push(lossyUtf8(option.value));
    else if (option.code === Option.Flags && option.value.length >= 4) flags = reader.u32(option.start);
  }
  const ticks = (BigInt(reader.u32(block.start + 4)) << 32n) | BigInt(reader.u32(block.start + 8));
  const direction = directionOf(flags);
  return {
    interfaceIndex: firstInterface + index,
    interface: from.interface,
    timestampNs: from.offsetS * NS_PER_S + (ticks * NS_PER_S) / from.ticksPerS,
    originalLength: reader.u32(block.start + 16),
    bytes: reader.slice(dataStart, length),
    ...(direction === undefined ? {} : { direction }),
    ...(comments.length === 0 ? {} : { comment: comments.join("\n") }),
    offset: block.offset,
  };
}

/** A simple packet block: of the section's first interface, without time, its captured length left to be inferred. */
function readSimplePacket(
  reader: ByteReader,
  block: Block,
  interfaces: readonly SectionInterface[],
  firstInterface: number,
): CapturePacket {
  requireBody(block, 4, "simple packet");
  const from = interfaceAt(interfaces, 0, block);
  const originalLength = reader.u32(block.start);
  const length = from.snapLen === 0 ? originalLength : Math.min(originalLength, from.snapLen);
  checkPacketLength(block, block.start + 4, length);
  return {
    interfaceIndex: firstInterface,
    interface: from.interface,
    timestampNs: 0n,
    originalLength,
    bytes: reader.slice(block.start + 4, length),
    offset: block.offset,
  };
}

interface BlockOption {
  readonly code: number;
  /** Offset of the value in the file. */
  readonly start: number;
  readonly value: Uint8Array;
}

/** Options of a block, from `start` to the end-of-options mark or the end of the block. */
function* readOptions(reader: ByteReader, block: Block, start: number): Generator<BlockOption, void, undefined> {
  let at = start;
  while (at + 4 <= block.end) {
    const code = reader.u16(at);
    if (code === Option.End) return;
    const length = reader.u16(at + 2);
    if (at + 4 + length > block.end) {
      throw new CaptureError(at, `option ${code} of ${length} bytes runs past the end of its block`);
    }
    yield { code, start: at + 4, value: reader.slice(at + 4, length) };
    at += 4 + padded(length);
  }
}

function interfaceAt(interfaces: readonly SectionInterface[], index: number, block: Block): SectionInterface {
  const found = interfaces[index];
  if (found === undefined) {
    throw new CaptureError(block.offset, `a packet names interface ${index}, of which there is no description`);
  }
  return found;
}

function directionOf(flags: number): "inbound" | "outbound" | undefined {
  if ((flags & 3) === DirectionFlag.Inbound) return "inbound";
  if ((flags & 3) === DirectionFlag.Outbound) return "outbound";
  return undefined;
}

function checkPacketLength(block: Block, dataStart: number, length: number): void {
  if (length > MAX_PACKET_LEN) {
    throw new CaptureError(block.offset, `a packet of ${length} bytes is longer than any capture holds`);
  }
  if (dataStart + length > block.end) {
    throw new CaptureError(block.offset, `a packet of ${length} bytes runs past the end of its block`);
  }
}

function requireBody(block: Block, length: number, name: string): void {
  if (block.end - block.start < length) {
    throw new CaptureError(
      block.offset,
      `the ${name} block is too short: ${block.end - block.start} of ${length} bytes`,
    );
  }
}

function truncatedBlock(offset: number, length: number, fileLength: number): CaptureError {
  return new CaptureError(offset, `the last block is truncated: ${fileLength - offset} of ${length} bytes`);
}
