import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CaptureError } from "./capture-error.js";
import type { CapturePacket } from "./capture-packet.js";
import { packetProblem, readCapture } from "./capture.js";
import { PcapngWriter, type PacketToWrite } from "./pcapng-writer.js";

const FRAME = Uint8Array.from({ length: 61 }, (_, i) => i); // no multiple of four: blocks must be padded

/** Bytes of fields, each given as [value, length], in one byte order. */
function pack(
  littleEndian: boolean,
  ...fields: readonly (readonly [value: number | bigint, length: number])[]
): number[] {
  return fields.flatMap(([value, length]) => {
    const bytes = Array.from({ length }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
    return littleEndian ? bytes : bytes.reverse();
  });
}

function pcap(littleEndian: boolean, magic: number, records: readonly number[][], linkType = 1): Uint8Array {
  const header = pack(littleEndian, [magic, 4], [2, 2], [4, 2], [0, 4], [0, 4], [65535, 4], [linkType, 4]);
  return Uint8Array.from([...header, ...records.flat()]);
}

function pcapRecord(littleEndian: boolean, seconds: number, fraction: number, bytes: Uint8Array, original?: number) {
  const lengths = [bytes.length, 4] as const;
  return [...pack(littleEndian, [seconds, 4], [fraction, 4], lengths, [original ?? bytes.length, 4]), ...bytes];
}

function pad(bytes: readonly number[]): number[] {
  return [...bytes, ...Array.from({ length: (4 - (bytes.length % 4)) % 4 }, () => 0)];
}

function block(littleEndian: boolean, type: number, body: readonly number[]): number[] {
  const length = [12 + pad(body).length, 4] as const;
  return [...pack(littleEndian, [type, 4], length), ...pad(body), ...pack(littleEndian, length)];
}

function option(littleEndian: boolean, code: number, value: readonly number[]): number[] {
  return [...pack(littleEndian, [code, 2], [value.length, 2]), ...pad(value)];
}

const sectionHeader = (le: boolean): number[] =>
  block(le, 0x0a0d0d0a, pack(le, [0x1a2b3c4d, 4], [1, 2], [0, 2], [0xffff_ffff_ffff_ffffn, 8]));

const interfaceBlock = (le: boolean, linkType: number, snapLen: number, ...options: number[][]): number[] =>
  block(le, 1, [...pack(le, [linkType, 2], [0, 2], [snapLen, 4]), ...options.flat()]);

function enhancedPacket(
  le: boolean,
  index: number,
  ticks: bigint,
  bytes: Uint8Array,
  ...options: number[][]
): number[] {
  const time = [[ticks >> 32n, 4] as const, [ticks & 0xffff_ffffn, 4] as const];
  const head = pack(le, [index, 4], ...time, [bytes.length, 4], [bytes.length, 4]);
  return block(le, 6, [...head, ...pad([...bytes]), ...options.flat()]);
}

function read(...parts: readonly (readonly number[] | Uint8Array)[]): CapturePacket[] {
  return [...readCapture(Uint8Array.from(parts.flatMap((part) => [...part])))];
}

/** Reads until the error, which must be a CaptureError. */
function readUntilError(file: Uint8Array): { packets: CapturePacket[]; error: CaptureError } {
  const packets: CapturePacket[] = [];
  try {
    for (const packet of readCapture(file)) packets.push(packet);
  } catch (error) {
    if (error instanceof CaptureError) return { packets, error };
    throw error;
  }
  throw new Error("The capture was read without an error");
}

const ascii = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0));

describe.each([
  ["big-endian", false],
  ["little-endian", true],
])("a %s file", (_, le) => {
  it("in classic pcap with microseconds is read packet by packet", () => {
    const file = pcap(le, 0xa1b2c3d4, [pcapRecord(le, 7, 250_000, FRAME), pcapRecord(le, 8, 0, FRAME, 1500)]);
    const [first, second] = read(file);
    expect(first).toEqual({
      interfaceIndex: 0,
      interface: { linkType: 1 },
      timestampNs: 7_250_000_000n,
      originalLength: 61,
      bytes: FRAME,
      offset: 24,
    });
    expect(second).toMatchObject({ timestampNs: 8_000_000_000n, originalLength: 1500, offset: 24 + 16 + 61 });
  });

  it("in classic pcap with nanoseconds keeps them", () => {
    const [packet] = read(pcap(le, 0xa1b23c4d, [pcapRecord(le, 4_000_000_000, 999_999_999, FRAME)]));
    expect(packet?.timestampNs).toBe(4_000_000_000_999_999_999n);
  });

  it("in pcapng gives interface names, times, directions and comments", () => {
    const packets = read(
      sectionHeader(le),
      interfaceBlock(le, 1, 0, option(le, 2, ascii("eth0")), option(le, 9, [9]), option(le, 0, [])),
      interfaceBlock(le, 113, 0),
      enhancedPacket(le, 0, 1_700_000_000_123_456_789n, FRAME, option(le, 2, pack(le, [1, 4]))),
      enhancedPacket(le, 1, 5n, FRAME, option(le, 1, ascii("first")), option(le, 1, ascii("second"))),
    );
    expect(packets).toMatchObject([
      {
        interfaceIndex: 0,
        interface: { linkType: 1, name: "eth0" },
        timestampNs: 1_700_000_000_123_456_789n,
        direction: "inbound",
        bytes: FRAME,
      },
      { interfaceIndex: 1, interface: { linkType: 113 }, timestampNs: 5000n, comment: "first\nsecond" },
    ]);
  });

  it("in pcapng may count time in powers of two and from an offset", () => {
    const resolution = option(le, 9, [0x80 | 10]);
    const offset = option(le, 14, pack(le, [100, 8]));
    const [packet] = read(
      sectionHeader(le),
      interfaceBlock(le, 1, 0, resolution, offset),
      enhancedPacket(le, 0, 512n, FRAME),
    );
    expect(packet?.timestampNs).toBe(100_500_000_000n);
  });

  it("in pcapng may have simple and obsolete packet blocks, and blocks of unknown type", () => {
    const obsolete = pack(le, [0, 2], [3, 2], [0, 4], [9, 4], [61, 4], [61, 4]);
    const packets = read(
      sectionHeader(le),
      interfaceBlock(le, 1, 40),
      block(le, 0xbad, [1, 2, 3, 4]),
      block(le, 3, [...pack(le, [61, 4]), ...FRAME.subarray(0, 40)]),
      block(le, 2, [...obsolete, ...pad([...FRAME]), ...option(le, 2, pack(le, [2, 4]))]),
    );
    expect(packets).toMatchObject([
      { timestampNs: 0n, originalLength: 61, bytes: FRAME.subarray(0, 40) },
      { timestampNs: 9000n, originalLength: 61, bytes: FRAME, direction: "outbound" },
    ]);
  });
});

describe("a pcapng file of several sections", () => {
  it("may change its byte order, and counts interfaces on", () => {
    const packets = read(
      sectionHeader(true),
      interfaceBlock(true, 1, 0),
      enhancedPacket(true, 0, 1n, FRAME),
      sectionHeader(false),
      interfaceBlock(false, 1, 0, option(false, 2, ascii("b"))),
      enhancedPacket(false, 0, 2n, FRAME),
    );
    expect(packets).toMatchObject([
      { interfaceIndex: 0, timestampNs: 1000n },
      { interfaceIndex: 1, timestampNs: 2000n, interface: { name: "b" } },
    ]);
  });
});

describe("a damaged file", () => {
  const good = [...sectionHeader(true), ...interfaceBlock(true, 1, 0), ...enhancedPacket(true, 0, 1n, FRAME)];
  const goodPcap = pcap(true, 0xa1b2c3d4, [pcapRecord(true, 1, 2, FRAME)]);

  it.each([
    ["an empty file", [], 0, "the file is empty"],
    ["a text file", ascii("hello"), 0, "neither pcap nor pcapng: it begins with 68 65 6c 6c"],
    ["a file of one byte", [0xa1], 0, "it begins with a1"],
    ["a compressed file", [0x1f, 0x8b, 8, 0], 0, "decompress it first"],
    ["a pcap header cut short", [...goodPcap.subarray(0, 20)], 0, "file header is truncated: 20 of 24 bytes"],
    ["another pcap version", [...goodPcap.with(4, 3)], 4, "pcap version 3 is not supported"],
    ["a packet too long to be true", [...goodPcap.with(24 + 11, 0x80)], 24, "a packet of 2147483709 bytes"],
    ["a section header cut short", good.slice(0, 10), 0, "the last block is truncated: 10 of 12 bytes"],
    ["no byte-order magic", good.with(8, 0), 8, "no byte-order magic"],
    ["another pcapng version", good.with(12, 2), 0, "pcapng version 2 is not supported"],
    ["a block length that is no multiple of four", good.with(28 + 4, 21), 28, "a block cannot be 21 bytes long"],
    ["a block shorter than a block", good.with(28 + 4, 8), 28, "a block cannot be 8 bytes long"],
    ["two different block lengths", good.with(28 + 16, 24), 28, "a block of 20 bytes ends with the length 24"],
    ["a packet longer than its block", good.with(48 + 20, 70), 48, "a packet of 70 bytes runs past the end"],
    ["an interface that is not described", good.with(48 + 8, 1), 48, "names interface 1"],
    [
      "a packet block without its fields",
      [...good, ...block(true, 6, [0, 0, 0, 0])],
      144,
      "the packet block is too short: 4 of 20 bytes",
    ],
  ])("%s is reported with its place", (_, bytes, offset, message) => {
    const { error } = readUntilError(Uint8Array.from(bytes));
    expect(error.message).toContain(message);
    expect(error.offset).toBe(offset);
  });

  it.each([
    ["pcapng", Uint8Array.from([...good, ...good.slice(48, 100)]), 144, "the last block is truncated: 52 of 96 bytes"],
    [
      "pcap",
      Uint8Array.from([...goodPcap, ...goodPcap.subarray(24, 60)]),
      101,
      "the last packet is truncated: 20 of 61 bytes",
    ],
    ["pcap", Uint8Array.from([...goodPcap, 1, 2, 3]), 101, "the last packet header is truncated: 3 of 16 bytes"],
  ])("that was cut off gives its good %s packets first", (_, file, offset, message) => {
    const { packets, error } = readUntilError(file);
    expect(packets).toHaveLength(1);
    expect(error.message).toContain(message);
    expect(error.offset).toBe(offset);
  });

  it("never gives another exception, however it is mutated", () => {
    const files = [good, [...goodPcap]];
    const mutation = fc.record({
      file: fc.constantFrom(...files),
      length: fc.nat({ max: 150 }),
      changes: fc.array(fc.tuple(fc.nat({ max: 149 }), fc.nat({ max: 255 })), { maxLength: 6 }),
    });
    fc.assert(
      fc.property(mutation, ({ file, length, changes }) => {
        const bytes = Uint8Array.from(file.slice(0, length));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          for (const packet of readCapture(bytes)) expect(packet.bytes.length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(CaptureError);
        }
      }),
      { seed: 1, numRuns: 20_000 },
    );
  });

  it("may have comments that are not UTF-8: the damage is shown, not thrown", () => {
    const [packet] = read(
      sectionHeader(true),
      interfaceBlock(true, 1, 0),
      enhancedPacket(true, 0, 0n, FRAME, option(true, 1, [0x61, 0xff, 0xc3, 0xa9, 0xc3])),
    );
    expect(packet?.comment).toBe("a\ufffdé\ufffd");
  });
});

describe("a packet that the engine cannot be given", () => {
  it("is told by its link type", () => {
    const [packet] = read(pcap(true, 0xa1b2c3d4, [pcapRecord(true, 0, 0, FRAME)], 113));
    expect(packet && packetProblem(packet)).toBe("Link type 113 is not Ethernet (1)");
  });

  it("is told by its cut", () => {
    const [packet] = read(pcap(true, 0xa1b2c3d4, [pcapRecord(true, 0, 0, FRAME, 1500)]));
    expect(packet && packetProblem(packet)).toBe("Only 61 of 1500 bytes were captured");
  });

  it("is no whole Ethernet frame", () => {
    const [packet] = read(pcap(true, 0xa1b2c3d4, [pcapRecord(true, 0, 0, FRAME)]));
    expect(packet && packetProblem(packet)).toBeUndefined();
  });
});

describe("PcapngWriter", () => {
  it("writes what the reader reads back", () => {
    const packet = fc.record(
      {
        interfaceIndex: fc.nat({ max: 1 }),
        timestampNs: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        bytes: fc.uint8Array({ maxLength: 70 }),
        direction: fc.constantFrom("inbound" as const, "outbound" as const),
        comment: fc.string({ unit: "grapheme", maxLength: 20 }),
      },
      { requiredKeys: ["interfaceIndex", "timestampNs", "bytes"] },
    );
    fc.assert(
      fc.property(fc.array(packet), (packets: PacketToWrite[]) => {
        const interfaces = [{ linkType: 1, name: "guest" }, { linkType: 1 }];
        const blocks: Uint8Array[] = [];
        const writer = new PcapngWriter((each) => blocks.push(each), "test");
        expect(interfaces.map((each) => writer.addInterface(each))).toEqual([0, 1]);
        for (const each of packets) writer.addPacket(each);
        expect(read(...blocks)).toMatchObject(
          packets.map((each) => ({
            ...each,
            interface: interfaces[each.interfaceIndex],
            originalLength: each.bytes.length,
          })),
        );
      }),
    );
  });

  it("refuses a packet of an interface that was not added", () => {
    const writer = new PcapngWriter(() => undefined, "test");
    expect(() => {
      writer.addPacket({ interfaceIndex: 0, timestampNs: 0n, bytes: FRAME });
    }).toThrow("Cannot write a packet of interface 0: it has not been added");
  });

  it("refuses a comment that the format has no room for", () => {
    const writer = new PcapngWriter(() => undefined, "test");
    writer.addInterface({ linkType: 1 });
    expect(() => {
      writer.addPacket({ interfaceIndex: 0, timestampNs: 0n, bytes: FRAME, comment: "x".repeat(65536) });
    }).toThrow("65536 bytes are more than 65535");
  });
});
