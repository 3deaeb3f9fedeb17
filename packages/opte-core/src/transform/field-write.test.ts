import { Ipv4Addr, Ipv6Addr, MacAddr } from "opte-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { innerFrame } from "../../test/frames.js";
import { guest, parsedOk, TCP4, TCP6 } from "../../test/parsing.js";
import { FIELDS, type FieldId } from "../packet/field-table.js";
import type { Packet } from "../packet/packet.js";
import { writeEtherFields, writeIpFields, writeUlpFields } from "./field-write.js";

const MAC = MacAddr.parse("ff:ff:ff:ff:ff:ff");
const IP4 = Ipv4Addr.BROADCAST;
const IP6 = Ipv6Addr.parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
const ICMP4 = { ...TCP4, proto: 1, info: [0x0800, 7] } as const;

type Write = (packet: Packet) => void;

const ip = (packet: Packet, fields: Parameters<typeof writeIpFields>[3]): void => {
  writeIpFields(packet.frame.bytes, packet.ip, packet.protoAt, fields);
};

/** A write of ones into each field that can be set. */
const WRITES: readonly (readonly [FieldId, typeof TCP4 | typeof ICMP4, Write])[] = [
  ["etherDst", TCP4, ({ frame, ether }) => writeEtherFields(frame.bytes, ether, { dst: MAC })],
  ["etherSrc", TCP4, ({ frame, ether }) => writeEtherFields(frame.bytes, ether, { src: MAC })],
  ["ipv4Src", TCP4, (packet) => ip(packet, { version: 4, src: IP4 })],
  ["ipv4Dst", TCP4, (packet) => ip(packet, { version: 4, dst: IP4 })],
  ["ipv6Src", TCP6, (packet) => ip(packet, { version: 6, src: IP6 })],
  ["ipv6Dst", TCP6, (packet) => ip(packet, { version: 6, dst: IP6 })],
  ["tcpSrc", TCP4, (packet) => writeUlpFields(packet, { srcPort: 0xffff })],
  ["tcpDst", TCP6, (packet) => writeUlpFields(packet, { dstPort: 0xffff })],
  ["tcpFlags", TCP4, (packet) => writeUlpFields(packet, { tcpFlags: 0xff })],
  ["icmpId", ICMP4, (packet) => writeUlpFields(packet, { icmpId: 0xffff })],
];

describe("a field that is written", () => {
  it.each(WRITES)(
    "takes its own bytes and leaves its neighbours alone (bitset_fields_do_not_disturb_neighbours): %s",
    (id, spec, write) => {
      const field = FIELDS[id];
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (body) => {
          const packet = parsedOk(guest(innerFrame({ ...spec, body })));
          const { bytes, start } = packet.frame;
          const before = bytes.slice();
          write(packet);
          const header = id.startsWith("ether") ? packet.ether : id.startsWith("ip") ? packet.ip : packet.ulp;
          const at = header + field.offset;
          const after = before.slice();
          after.fill(0xff, at, at + field.bits / 8);
          expect(bytes).toEqual(after);
          expect(at).toBeGreaterThanOrEqual(start);
        }),
        { numRuns: 5 },
      );
    },
  );
});
