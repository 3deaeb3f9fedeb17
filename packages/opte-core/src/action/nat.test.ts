import { IpProtocol, Ipv4Addr, Ipv6Addr, type IpAddr } from "opte-api";
import { describe, expect, it } from "vitest";
import { makePacket } from "../../test/packets.js";
import { flowCrc32 } from "../flow/flow-hash.js";
import type { Packet } from "../packet/packet.js";
import type { FlowDescriptor, Generated } from "./action.js";
import { EXTERNAL_IP_APPLIED } from "./external-ip-tag.js";
import { ActionMetadata } from "./metadata.js";
import { InboundNat, NatDescriptor, OutboundNat } from "./nat.js";

const private4 = Ipv4Addr.parse("172.30.0.5");
const external4 = Ipv4Addr.parse("10.60.1.20");
const private6 = Ipv6Addr.parse("fd00::5");
const external6 = Ipv6Addr.parse("2001:db8::f1");

const always = (): boolean => true;

function valueOf<T>(generated: Generated<T>): T {
  if (generated.kind !== "value") throw new Error(`Nothing was generated: ${generated.kind}`);
  return generated.value;
}

function externalIpOf(descriptor: FlowDescriptor): IpAddr | undefined {
  return descriptor.headerTransform("out", new ActionMetadata()).innerIp?.fields.src;
}

describe("outbound NAT", () => {
  const others = ["10.60.1.20", "10.60.1.21", "10.60.1.22"].map((text) => Ipv4Addr.parse(text));

  it("prints its addresses", () => {
    expect(new OutboundNat(private4, [external4], always).text).toBe("172.30.0.5 <=> 10.60.1.20");
    expect(new OutboundNat(private4, others.slice(0, 2), always).text).toBe("172.30.0.5 <=> {10.60.1.20,10.60.1.21}");
    expect(new OutboundNat(private6, [external6], always).text).toBe("fd00::5 <=> 2001:db8::f1");
  });

  it("takes the only external address there is", () => {
    const nat = new OutboundNat(private4, [external4], always);
    expect(externalIpOf(valueOf(nat.describe("out", makePacket({ src: private4 }))))).toEqual(external4);
  });

  it("chooses among several by the flow's hash, so that all are used", () => {
    const nat = new OutboundNat(private4, others, always);
    const used = new Set<string>();
    for (let port = 1024; port < 1056; port++) {
      const packet = makePacket({ src: private4, ports: [port, 80] });
      const chosen = externalIpOf(valueOf(nat.describe("out", packet)));
      expect(chosen).toEqual(others[flowCrc32(packet.flow) % 3]);
      used.add(String(chosen));
    }
    expect(used.size).toBe(3);
  });

  it("fails without an external address", () => {
    expect(new OutboundNat(private4, [], always).describe("out", makePacket())).toEqual({
      kind: "unexpected",
      message: "Outbound NAT: no external IP addresses specified",
    });
  });
});

describe("inbound NAT", () => {
  const nat = new InboundNat(private4, always);

  it("prints its private address", () => {
    expect(nat.text).toBe("172.30.0.5 <=> (external)");
  });

  it("answers from the address that the packet was sent to", () => {
    const packet = makePacket({ dst: Ipv4Addr.parse("10.60.1.99") });
    expect(externalIpOf(valueOf(nat.describe("in", packet)))).toEqual(Ipv4Addr.parse("10.60.1.99"));
  });

  it("fails on a packet of the other family", () => {
    expect(nat.describe("in", makePacket({ src: external6, dst: external6 }))).toEqual({
      kind: "unexpected",
      message: "Inbound NAT: packet is not IPv4",
    });
  });
});

describe("a NAT flow", () => {
  const descriptor = new NatDescriptor(private4, external4, always);

  it("rewrites the source on the way out and the destination on the way in, and nothing else (nat4_rewrite)", () => {
    const metadata = new ActionMetadata();
    expect(descriptor.headerTransform("out", metadata)).toEqual({
      name: "NAT",
      innerIp: { kind: "modify", fields: { version: 4, src: external4 } },
    });
    expect(descriptor.headerTransform("in", metadata)).toEqual({
      name: "NAT",
      innerIp: { kind: "modify", fields: { version: 4, dst: private4 } },
    });
  });

  it("rewrites IPv6 alike", () => {
    const six = new NatDescriptor(private6, external6, always);
    expect(six.headerTransform("out", new ActionMetadata()).innerIp?.fields).toEqual({ version: 6, src: external6 });
    expect(six.headerTransform("in", new ActionMetadata()).innerIp?.fields).toEqual({ version: 6, dst: private6 });
  });

  it("marks packets on the way out alone", () => {
    const metadata = new ActionMetadata();
    descriptor.headerTransform("in", metadata);
    expect(metadata.get(EXTERNAL_IP_APPLIED)).toBeUndefined();
    descriptor.headerTransform("out", metadata);
    expect(metadata.get(EXTERNAL_IP_APPLIED)).toBe("external-ip-applied");
  });

  it("is valid as long as its external address is assigned", () => {
    const assigned = new Set([external4.toString()]);
    const checked = new NatDescriptor(private4, external4, (address) => assigned.has(address.toString()));
    expect(checked.isValid()).toBe(true);
    assigned.clear();
    expect(checked.isValid()).toBe(false);
  });

  it.each<[string, Packet, boolean]>([
    ["ICMP", makePacket({ proto: IpProtocol.Icmp }), true],
    ["ICMP of the other family", makePacket({ src: external6, dst: private6, proto: IpProtocol.Icmpv6 }), false],
    ["ICMPv6 over IPv4", makePacket({ proto: IpProtocol.Icmpv6 }), false],
    ["TCP", makePacket({ proto: IpProtocol.Tcp }), false],
  ])("looks into the body of %s packets: %s", (_name, packet, expected) => {
    const body = valueOf(descriptor.bodyTransform("in", packet));
    expect(body?.text).toBe(expected ? "[nested]: 172.30.0.5 <=> 10.60.1.20" : undefined);
  });
});
