import { crc32 } from "node:zlib";
import fc from "fast-check";
import { Ipv4Addr, Ipv6Addr, type IpAddr } from "opte-api";
import { describe, expect, it } from "vitest";
import { FlowKey, type FlowId } from "./flow-id.js";
import { flowCrc32 } from "./flow-hash.js";

function keyOf(flow: FlowId): FlowKey {
  const key = new FlowKey();
  key.setFlowId(flow);
  return key;
}

function tcp(src: IpAddr, srcPort: number, dst: IpAddr, dstPort: number): FlowKey {
  return keyOf({ proto: 6, src, dst, kind: "ports", srcPort, dstPort });
}

const v4 = (text: string): Ipv4Addr => Ipv4Addr.parse(text);
const v6 = (text: string): Ipv6Addr => Ipv6Addr.parse(text);

/** The byte string of spec 01 §5.2, put together independently of the code under test. */
function layout(flow: FlowId): Uint8Array {
  const { src, dst } = flow;
  const size = src.bytes.length;
  const bytes = new Uint8Array(31 + 2 * size);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, flow.proto);
  view.setUint16(1, src.family === 4 ? 2 : 26, true);
  view.setBigUint64(3, BigInt(size), true);
  bytes.set(src.bytes, 11);
  view.setBigUint64(11 + size, BigInt(size), true);
  bytes.set(dst.bytes, 19 + size);
  view.setBigUint64(19 + 2 * size, 2n, true);
  const info = 27 + 2 * size;
  if (flow.kind === "ports") {
    view.setUint16(info, flow.srcPort, true);
    view.setUint16(info + 2, flow.dstPort, true);
  } else if (flow.kind === "icmp") {
    view.setUint8(info, flow.type);
    view.setUint8(info + 1, flow.code);
    view.setUint16(info + 2, flow.id, true);
  }
  return bytes;
}

describe("flowCrc32", () => {
  it.each([
    ["172.30.0.5:44490 to 172.30.0.6:80", tcp(v4("172.30.0.5"), 44490, v4("172.30.0.6"), 80), 0x8fe725b7],
    ["10.77.77.13:4096 to 52.10.128.69:80", tcp(v4("10.77.77.13"), 4096, v4("52.10.128.69"), 80), 0x09bd0594],
    [
      "2001:db8::1 to 2606:2800:220:1:248:1893:25c8:1946",
      tcp(v6("2001:db8::1"), 8192, v6("2606:2800:220:1:248:1893:25c8:1946"), 80),
      0x82625799,
    ],
    ["fd00::1:1 to fd00::2:2", tcp(v6("fd00::1"), 1, v6("fd00::2"), 2), 0x33c481ae],
    ["10.0.0.1:4660 to 10.0.0.2:80", tcp(v4("10.0.0.1"), 4660, v4("10.0.0.2"), 80), 0x6448a642],
    [
      "an echo request with id 7",
      keyOf({ proto: 1, src: v4("10.0.0.1"), dst: v4("10.0.0.2"), kind: "icmp", type: 8, code: 0, id: 7 }),
      0x062369c8,
    ],
    ["the default flow", new FlowKey(), 0x0a2f01f4],
  ])("gives the recorded hash of %s (spec 01 §15)", (_, key, hash) => {
    expect(flowCrc32(key).toString(16)).toBe(hash.toString(16));
  });

  it("is the CRC-32 of the byte layout of spec 01 §5.2 for any flow", () => {
    const u16 = fc.nat(0xffff);
    const u8 = fc.nat(0xff);
    const addresses = fc.oneof(
      fc.tuple(fc.constant(4), fc.uint8Array({ minLength: 8, maxLength: 8 })),
      fc.tuple(fc.constant(6), fc.uint8Array({ minLength: 32, maxLength: 32 })),
    );
    const info = fc.oneof(
      fc.record({ proto: fc.constantFrom(6, 17), kind: fc.constant("ports" as const), srcPort: u16, dstPort: u16 }),
      fc.record({ proto: fc.constantFrom(1, 58), kind: fc.constant("icmp" as const), type: u8, code: u8, id: u16 }),
    );
    fc.assert(
      fc.property(addresses, info, ([family, bytes], rest) => {
        const half = bytes.length / 2;
        const read = (part: Uint8Array): IpAddr => (family === 4 ? Ipv4Addr.fromBytes(part) : Ipv6Addr.fromBytes(part));
        const flow: FlowId = { ...rest, src: read(bytes.slice(0, half)), dst: read(bytes.slice(half)) };
        expect(flowCrc32(keyOf(flow))).toBe(crc32(layout(flow)));
      }),
    );
  });
});
