// Flow ids in the reference's binary form (spec 05 §3).

import { describe, expect, it } from "vitest";
import { codecFault } from "../../test/codec-errors.js";
import { hex, hexOf } from "../../test/hex.js";
import type { FlowId } from "../flow-id.js";
import { Ipv4Addr } from "../ipv4-addr.js";
import { Ipv6Addr } from "../ipv6-addr.js";
import { flowId } from "./flow-id-schema.js";
import { decodePostcard } from "./postcard-reader.js";
import { encodePostcard } from "./postcard-writer.js";

const v4 = { src: Ipv4Addr.parse("10.0.0.5"), dst: Ipv4Addr.parse("10.0.0.9") };
const v6 = { src: Ipv6Addr.parse("fd00::5"), dst: Ipv6Addr.parse("fd00::9") };
const V4_BYTES = "00 0a000005 0a000009";
const V6_BYTES = `01 fd${"00".repeat(14)}05 fd${"00".repeat(14)}09`;

describe("a flow id", () => {
  it.each<[string, FlowId, string]>([
    ["TCP", { proto: 6, ...v4, kind: "ports", srcPort: 1234, dstPort: 80 }, `06 ${V4_BYTES} d209 50`],
    ["UDP", { proto: 17, ...v6, kind: "ports", srcPort: 0, dstPort: 65535 }, `11 ${V6_BYTES} 00 ffff03`],
    ["ICMPv6", { proto: 58, ...v6, kind: "icmp", type: 128, code: 0, id: 7 }, `3a ${V6_BYTES} 8001 07`],
    ["ICMP", { proto: 1, ...v4, kind: "icmp", type: 3, code: 255, id: 0 }, `01 ${V4_BYTES} 83fe03 00`],
    ["no IP", { proto: 255, ...v4, kind: "none" }, `ff ${V4_BYTES} 00 00`],
  ])("of %s has two numbers by its protocol", (_proto, flow, bytes) => {
    expect(hexOf(encodePostcard(flowId, flow))).toBe(bytes.replaceAll(" ", ""));
    expect(decodePostcard(flowId, hex(bytes))).toEqual(flow);
  });

  it("is refused with numbers that its protocol does not have", () => {
    expect(codecFault(() => decodePostcard(flowId, hex(`ff ${V4_BYTES} 01 00`)))[0]).toBe("invalid_value");
    expect(codecFault(() => decodePostcard(flowId, hex(`02 ${V4_BYTES} 00 01`)))[0]).toBe("invalid_value");
    const ported: FlowId = { proto: 1, ...v4, kind: "ports", srcPort: 1, dstPort: 2 };
    expect(codecFault(() => encodePostcard(flowId, ported))[0]).toBe("invalid_value");
  });

  it("is refused with addresses of two families", () => {
    const mixed: FlowId = { proto: 255, src: v4.src, dst: v6.dst, kind: "none" };
    expect(codecFault(() => encodePostcard(flowId, mixed))[0]).toBe("invalid_value");
    expect(codecFault(() => decodePostcard(flowId, hex("ff 02 00 00")))).toEqual(["bad_tag", "addrs"]);
  });

  it.each([
    ["type", { type: 256, code: 0 }],
    ["code", { type: 0, code: 256 }],
  ])("is not written with an ICMP %s beyond a byte", (_field, message) => {
    const flow: FlowId = { proto: 1, ...v4, kind: "icmp", ...message, id: 0 };
    expect(codecFault(() => encodePostcard(flowId, flow))).toEqual(["invalid_value", ""]);
  });
});
