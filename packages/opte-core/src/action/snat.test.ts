import { IpProtocol, Ipv4Addr, Ipv6Addr } from "opte-api";
import { describe, expect, it } from "vitest";
import { makePacket, type PacketSpec } from "../../test/packets.js";
import type { FlowDescriptor } from "./action.js";
import { EXTERNAL_IP_APPLIED } from "./external-ip-tag.js";
import { ActionMetadata } from "./metadata.js";
import { Snat, SnatPools } from "./snat.js";

const private4 = Ipv4Addr.parse("172.30.0.5");
const external4 = Ipv4Addr.parse("10.77.77.13");
const private6 = Ipv6Addr.parse("fd00::5");
const external6 = Ipv6Addr.parse("2001:db8::1");
const peer4 = Ipv4Addr.parse("8.8.8.8");
const peer6 = Ipv6Addr.parse("2001:db8::8");

const { Icmp, Icmpv6, Tcp, Udp } = IpProtocol;

function pools4(first = 1025, last = 4096): SnatPools {
  const pools = new SnatPools();
  pools.add(private4, external4, { first, last });
  return pools;
}

function pools6(): SnatPools {
  const pools = new SnatPools();
  pools.add(private6, external6, { first: 4097, last: 8192 });
  return pools;
}

function describeFlow(snat: Snat, spec: PacketSpec): FlowDescriptor {
  const made = snat.describe("out", makePacket(spec));
  if (made.kind !== "value") throw new Error(`Nothing was generated: ${made.kind}`);
  return made.value;
}

function available(pools: SnatPools): (number | undefined)[] {
  return [pools.tcp, pools.udp, pools.icmp].map((pool) => pool.available(private4));
}

describe("SNAT", () => {
  it("prints the range that it maps to", () => {
    expect(new Snat(private4, pools4()).text).toBe("10.77.77.13:1025-4096");
    expect(new Snat(private6, pools6()).text).toBe("[2001:db8::1]:4097-8192");
  });

  it("takes a port for a flow, from the pool of its protocol alone, until the flow ends (snat4_desc_lifecycle)", () => {
    const pools = pools4();
    const snat = new Snat(private4, pools);
    expect(available(pools)).toEqual([3072, 3072, 3072]);
    const descriptor = describeFlow(snat, { src: private4, dst: peer4, proto: Tcp, ports: [5000, 80] });
    expect(descriptor.name).toBe("SNAT");
    expect(available(pools)).toEqual([3071, 3072, 3072]);
    const metadata = new ActionMetadata();
    expect(descriptor.headerTransform("out", metadata)).toEqual({
      name: "SNAT",
      innerIp: { kind: "modify", fields: { version: 4, src: external4 } },
      innerUlp: { kind: "modify", fields: { srcPort: 4096 } },
    });
    expect(descriptor.headerTransform("in", metadata)).toEqual({
      name: "SNAT",
      innerIp: { kind: "modify", fields: { version: 4, dst: private4 } },
      innerUlp: { kind: "modify", fields: { dstPort: 5000 } },
    });
    descriptor.release?.();
    expect(available(pools)).toEqual([3072, 3072, 3072]);
  });

  it("can have one number in use once in each protocol", () => {
    const snat = new Snat(private4, pools4(7, 7));
    const fields = [Tcp, Udp, Icmp].map(
      (proto) =>
        describeFlow(snat, { src: private4, proto }).headerTransform("out", new ActionMetadata()).innerUlp?.fields,
    );
    expect(fields).toEqual([{ srcPort: 7 }, { srcPort: 7 }, { icmpId: 7 }]);
  });

  it.each([
    ["IPv4", new Snat(private4, pools4()), { src: private4, dst: peer4, proto: Icmp, icmp: [8, 0, 77] }, 4096],
    ["IPv6", new Snat(private6, pools6()), { src: private6, dst: peer6, proto: Icmpv6, icmp: [128, 0, 77] }, 8192],
  ] as const)("puts an echo id in the place of a port: %s", (_family, snat, spec, id) => {
    const descriptor = describeFlow(snat, spec);
    expect(descriptor.name).toBe("SNAT_ICMP_ECHO");
    const out = descriptor.headerTransform("out", new ActionMetadata());
    expect(out.name).toBe("SNAT");
    expect(out.innerUlp?.fields).toEqual({ icmpId: id });
    expect(descriptor.headerTransform("in", new ActionMetadata()).innerUlp?.fields).toEqual({ icmpId: 77 });
  });

  it.each([
    ["an echo reply", [0, 0, 7]],
    ["an echo request with a code", [8, 1, 7]],
    ["an error", [3, 0, 0]],
  ] as const)("refuses %s, and keeps no port for it", (_name, icmp) => {
    const pools = pools4();
    const packet = makePacket({ src: private4, proto: Icmp, icmp });
    expect(new Snat(private4, pools).describe("out", packet)).toEqual({ kind: "deny" });
    expect(pools.icmp.available(private4)).toBe(3072);
  });

  it("reports exhaustion, of ICMP before looking at the message", () => {
    const snat = new Snat(private4, pools4(9, 8));
    const exhausted = { kind: "resourceExhausted", name: "SNAT Pool (exhausted)" };
    expect(snat.describe("out", makePacket({ proto: Udp }))).toEqual(exhausted);
    expect(snat.describe("out", makePacket({ proto: Icmp, icmp: [0, 0, 7] }))).toEqual(exhausted);
  });

  it("fails for a private address without a mapping", () => {
    const snat = new Snat(private4, new SnatPools());
    expect(snat.describe("out", makePacket())).toEqual({
      kind: "unexpected",
      message: "SNAT pool (no match: 172.30.0.5)",
    });
  });

  it.each([
    ["ICMPv6 for an IPv4 address", new Snat(private4, pools4()), Icmpv6, "ICMPv6"],
    ["ICMP for an IPv6 address", new Snat(private6, pools6()), Icmp, "ICMP"],
  ])("fails for %s", (_name, snat, proto, text) => {
    expect(snat.describe("out", makePacket({ proto }))).toEqual({
      kind: "unexpected",
      message: `SNAT pool (unexpected ULP: ${text})`,
    });
  });

  it("marks packets on the way out alone", () => {
    const descriptor = describeFlow(new Snat(private4, pools4()), { src: private4 });
    const metadata = new ActionMetadata();
    descriptor.headerTransform("in", metadata);
    expect(metadata.get(EXTERNAL_IP_APPLIED)).toBeUndefined();
    descriptor.headerTransform("out", metadata);
    expect(metadata.get(EXTERNAL_IP_APPLIED)).toBe("external-ip-applied");
  });

  it("neither survives a soft rule change nor looks into bodies", () => {
    const descriptor = describeFlow(new Snat(private4, pools4()), { src: private4 });
    expect(descriptor).not.toHaveProperty("isValid");
    expect(descriptor).not.toHaveProperty("bodyTransform");
  });
});
