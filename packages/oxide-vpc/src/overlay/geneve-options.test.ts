import { Frame, Packet, parseGeneve } from "opte-core";
import { describe, expect, it } from "vitest";
import { encapsulate, ipFrame, type Option, udp } from "../../test/frames.js";
import { G1, G2 } from "../../test/vpc-bench.js";
import {
  isExternal,
  knownOptions,
  MSS_OPTION,
  multicastOption,
  replicationOf,
  segmentSizeOf,
} from "./geneve-options.js";

const MULTICAST = (firstByte: number): Option => [0x0129, 1, [firstByte, 0, 0, 0]];
const MSS: Option = [0x0129, 2, [0, 0, 5, 0xb4]];
const UNKNOWN: Option = [0x0077, 1, [1, 2, 3, 4]];

/** A parsed packet with these options. */
function packetWith(...options: readonly Option[]): Packet {
  const frame = ipFrame({ dst: G1.mac, src: G2.mac }, G2.ip4, G1.ip4, udp(1, 2));
  const packet = new Packet();
  const bytes = encapsulate(frame, { src: G2.physIp, dst: G1.physIp, vni: 99, options });
  expect(parseGeneve(packet, Frame.ofUnderlay(bytes), knownOptions)).toBe(true);
  return packet;
}

describe("the option External", () => {
  it("is found alone (parse_single_opt) and behind others, unknown ones too (parse_multi_opt)", () => {
    expect(isExternal(packetWith([0x0129, 0, []]))).toBe(true);
    expect(isExternal(packetWith(UNKNOWN, MSS, MULTICAST(0), [0x0129, 0, []]))).toBe(true);
    expect(isExternal(packetWith([0x0129, 0, [9, 9, 9, 9]]))).toBe(true);
  });

  it("is another option in another class, or with the critical bit", () => {
    expect(isExternal(packetWith())).toBe(false);
    expect(isExternal(packetWith([0x0128, 0, []]))).toBe(false);
    expect(isExternal(packetWith([0x0129, 0x80, []]))).toBe(false);
  });

  it("is not believed behind a known option that lacks data", () => {
    expect(isExternal(packetWith([0x0129, 2, []], [0x0129, 0, []]))).toBe(false);
  });
});

describe("the option Multicast", () => {
  it("says in its first two bits how to replicate (parse_multicast_replication_values)", () => {
    const values = [0x00, 0x40, 0x80, 0xc0].map((firstByte) => replicationOf(packetWith(MULTICAST(firstByte))));
    expect(values).toEqual(["external", "underlay", "both", undefined]);
    expect(replicationOf(packetWith(MULTICAST(0x7f)))).toBe("underlay");
    expect(replicationOf(packetWith(MSS))).toBeUndefined();
  });

  it("is made with these bits, and 8 bytes long (option_packet_length_with_known_options)", () => {
    expect(multicastOption("both")).toEqual({ class: 0x0129, type: 1, data: Uint8Array.of(0x80, 0, 0, 0) });
    const withOption = packetWith(MULTICAST(0));
    expect(withOption.geneveLen).toBe(8 + 8);
  });
});

describe("the option MSS", () => {
  const sizeOf = (...data: readonly (readonly number[])[]): number =>
    segmentSizeOf(packetWith(UNKNOWN, ...data.map((bytes): Option => [0x0129, 2, bytes])));

  it("says how long segments were, the first that is not zero", () => {
    expect(sizeOf([0, 0, 5, 0xb4])).toBe(1460);
    expect(sizeOf([0xff, 0xff, 0xff, 0xff])).toBe(0xffffffff);
    expect(sizeOf([0, 0, 0, 0], [0, 0, 0, 7, 9, 9, 9, 9], [0, 0, 0, 8])).toBe(7);
    expect([sizeOf(), sizeOf([0, 0, 0, 0])]).toEqual([0, 0]);
  });
});

describe("known options", () => {
  it("are those of our class, with the data that they need", () => {
    expect([0, 1, 2, 3, 0x80].map((type) => knownOptions(0x0129, type))).toEqual([0, 4, 4, -1, -1]);
    expect(knownOptions(0x0128, 0)).toBe(-1);
    expect(MSS_OPTION.data).toHaveLength(knownOptions(MSS_OPTION.class, MSS_OPTION.type));
  });
});
