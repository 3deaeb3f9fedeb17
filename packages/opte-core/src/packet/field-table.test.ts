import { describe, expect, it } from "vitest";
import { innerFrame, type InnerSpec } from "../../test/frames.js";
import { guest, parsedOk, TCP4, TCP6 } from "../../test/parsing.js";
import { FIELDS, headerAt, readField, type Field } from "./field-table.js";
import type { Packet } from "./packet.js";

const PACKETS: readonly InnerSpec[] = [
  TCP4,
  TCP6,
  { ...TCP4, proto: 17 },
  { ...TCP6, proto: 17 },
  { ...TCP4, proto: 1, info: [0x0800, 7] },
  { ...TCP6, proto: 58, info: [0x8000, 7] },
];

/** Packets that have the field's header. */
function packetsWith(field: Field): Packet[] {
  return PACKETS.map((spec) => parsedOk(guest(innerFrame(spec)))).filter(
    (packet) => headerAt(packet, field.header) >= 0,
  );
}

describe("the field table", () => {
  it.each(Object.entries(FIELDS))("says where %s stands", (_, field) => {
    const packets = packetsWith(field);
    expect(packets.length).toBeGreaterThan(0);
    for (const packet of packets) {
      const at = headerAt(packet, field.header) + field.offset;
      packet.frame.bytes.set(
        Array.from({ length: field.bits / 8 }, (__, i) => i + 1),
        at,
      );
      expect(readField(packet, field)).toEqual(Uint8Array.from({ length: field.bits / 8 }, (__, i) => i + 1));
    }
  });

  it("reads nothing of a header that the packet does not have", () => {
    const packet = parsedOk(guest(innerFrame(TCP4)));
    expect(readField(packet, FIELDS.ipv6Src)).toBeUndefined();
    expect(readField(packet, FIELDS.udpSrc)).toBeUndefined();
    expect(readField(packet, FIELDS.icmpId)).toBeUndefined();
  });
});
