import { Ipv4Addr, Ipv6Addr, MacAddr, OpteError, Vni } from "opte-api";
import { describe, expect, it } from "vitest";
import type { HeaderTransform } from "../../transform/header-transform.js";
import { SnapshotReader } from "./snapshot-reader.js";
import { headerTransformValue, readHeaderTransform } from "./transform-value.js";

const MAC = MacAddr.parse("a8:40:25:ff:00:01");
const IP4 = Ipv4Addr.parse("10.0.0.1");
const IP6 = Ipv6Addr.parse("fd00::1");
const DATA = Uint8Array.of(1, 2, 3, 4);

const TRANSFORMS: Readonly<Record<string, HeaderTransform>> = {
  nothing: { name: "" },
  "pushed headers, IPv6 with extensions": {
    name: "encap",
    outerEther: { kind: "push", header: { dst: MAC, src: MAC, etherType: 0x86dd } },
    outerIp: {
      kind: "push",
      header: {
        version: 6,
        src: IP6,
        dst: IP6,
        protocol: 17,
        extensions: [{ kind: "hopByHop", options: [{ type: 5, data: DATA }] }],
      },
    },
    outerEncap: {
      kind: "push",
      header: { entropy: 7, vni: Vni.of(99), options: [{ class: 0x129, type: 1, data: DATA }] },
    },
  },
  "a pushed IPv4 header with flags": {
    name: "encap",
    outerIp: { kind: "push", header: { version: 4, src: IP4, dst: IP4, protocol: 17, flags: 2 } },
  },
  "modified outer headers": {
    name: "",
    outerEther: { kind: "modify", fields: { src: MAC } },
    outerIp: { kind: "modify", fields: { version: 6, dst: IP6, protocol: 6 } },
    outerEncap: { kind: "modify", fields: { vni: Vni.of(1) } },
  },
  "popped headers": {
    name: "decap",
    outerEther: { kind: "pop" },
    outerIp: { kind: "pop" },
    outerEncap: { kind: "pop" },
  },
  "modified inner headers": {
    name: "NAT",
    innerEther: { kind: "modify", fields: { src: MAC, dst: MAC } },
    innerIp: { kind: "modify", fields: { version: 4, src: IP4, dst: IP4, protocol: 1 } },
    innerUlp: { kind: "modify", fields: { srcPort: 1, dstPort: 2, tcpFlags: 3, icmpId: 4 } },
  },
};

describe("a header transformation as plain data", () => {
  it.each(Object.entries(TRANSFORMS))("comes back the same by way of JSON: %s", (_what, transform) => {
    const json: unknown = JSON.parse(JSON.stringify(headerTransformValue(transform)));
    expect(readHeaderTransform(new SnapshotReader(json, "transform"))).toEqual(transform);
  });

  it.each([
    [{ name: "", innerTcp: {} }, 'transform has an unknown member "innerTcp"'],
    [{ name: "", innerUlp: { srcPort: 65_536 } }, "transform.innerUlp.srcPort is not an integer from 0 to 65535"],
    [{ name: "", outerEncap: { modify: { vni: 0x1000000 } } }, "transform.outerEncap.modify.vni is invalid: "],
    [{ name: "", outerIp: { modify: { version: 4, src: "fd00::1" } } }, "transform.outerIp.modify.src is invalid: "],
    [{ name: "", outerEther: { push: { dst: "a8:40:25:ff:00:01" } } }, 'transform.outerEther.push has no member "src"'],
  ])("is refused, naming the member, where it is not one: %j", (value, text) => {
    expect(() => readHeaderTransform(new SnapshotReader(value, "transform"))).toThrow(OpteError);
    expect(() => readHeaderTransform(new SnapshotReader(value, "transform"))).toThrow(text);
  });
});
